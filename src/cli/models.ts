import { type Command, Option } from 'commander';
import { ModelNames } from '../pricing/match.ts';
import { table } from '../pricing/table.ts';
import type { Price, PriceTable, ProviderPrices } from '../pricing/types.ts';
import { columns } from './columns.ts';
import { didYouMean, listPrice, PROVIDERS, type ProviderName } from './known-models.ts';
import { shortUnitPrices, usdPerMillion } from './list-prices.ts';

const EXAMPLES = `
Prices in USD per million tokens, as they are today, or by the unit: of a minute, of characters, of an image. The
source is that of the standard price; the head of the table in the package says what each is.

--json prints the table, or a part of it, with its history, tiers and all sources. The whole one can be edited, kept
at a URL, and read by \`prices: { refresh: { from } }\`.

Examples:
  npx tokenmeter models sonnet
  npx tokenmeter models --provider openai
  npx tokenmeter models --json > prices.json
`;

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list the models whose prices are known')
    .argument('[part]', 'only models with this in a name')
    .addOption(new Option('--provider <name>', 'only of this provider').choices(PROVIDERS))
    .option('--json', 'print the table as JSON')
    .addHelpText('after', EXAMPLES)
    .action((part: string | undefined, { provider, json }: { provider?: ProviderName; json?: true }) => {
      const found = select(part?.toLowerCase() ?? '', provider === undefined ? PROVIDERS : [provider]);
      if (found === undefined) {
        console.error(`no model has ${JSON.stringify(part)} in its name. ${didYouMean(part ?? '')}`);
        process.exitCode = 1;
      } else {
        console.log(json ? JSON.stringify(found) : print(found));
      }
    });
}

const names = new ModelNames(table);

/** The models with a part of a name, or the one that a whole name stands for; undefined without any. */
function select(part: string, providers: readonly ProviderName[]): PriceTable | undefined {
  const found = providers.flatMap((provider) => {
    const models = modelsWith(part, provider);
    return Object.keys(models.models).length === 0 ? [] : [[provider, models] as const];
  });
  return found.length === 0 ? undefined : { ...table, providers: Object.fromEntries(found) };
}

function modelsWith(part: string, provider: ProviderName): ProviderPrices {
  const { models, aliases } = table.providers[provider] ?? { models: {}, aliases: {} };
  const named = Object.entries(aliases).flatMap(([alias, model]) => (alias.includes(part) ? [model] : []));
  const found = new Set([...named, names.match(provider, part)?.model]);
  const isFound = (model: string) => model.includes(part) || found.has(model);
  return {
    models: Object.fromEntries(Object.entries(models).filter(([model]) => isFound(model))),
    aliases: Object.fromEntries(Object.entries(aliases).filter(([, model]) => isFound(model))),
  };
}

const HEAD = [
  '',
  'input',
  'cache read',
  'cache write',
  'output',
  'by the unit',
  'since',
  'verified',
  'source',
];
const NOTHING = '-';
const SOURCE = HEAD.indexOf('source');

function print(found: PriceTable): string {
  const rows = PROVIDERS.flatMap((provider) =>
    Object.keys(found.providers[provider]?.models ?? {}).map((model) => [
      `${provider}/${model}`,
      ...cells(listPrice(provider, model)),
    ]),
  );
  // A column that says nothing of these models is left out.
  const says = (cell: string | undefined) => cell !== undefined && cell !== '' && cell !== NOTHING;
  const shown = HEAD.flatMap((_, index) => (rows.some((row) => says(row[index])) ? [index] : []));
  const lines = [HEAD, ...rows].map((row) => shown.map((index) => row[index] ?? ''));
  const days = Math.floor((Date.now() - Date.parse(found.date)) / 86_400_000);
  const count = `${rows.length} model${rows.length === 1 ? '' : 's'}`;
  return `${columns(lines, [shown.indexOf(SOURCE)])}\n\n${count}; prices ${found.version}, ${days} days old`;
}

function cells(price: Price | undefined): string[] {
  if (!price) return ['no price'];
  const { input, cacheRead, cacheWriteOther, output } = price.rates;
  const [source = ''] = price.source.split(' ');
  return [
    ...[input, cacheRead, cacheWriteOther, output].map(usd),
    shortUnitPrices(price.units),
    price.from === '1970-01-01' ? '' : price.from,
    price.verifiedAt,
    source,
  ];
}

function usd(picoPerToken: number | undefined): string {
  return picoPerToken === undefined ? NOTHING : String(usdPerMillion(picoPerToken));
}
