import { type Command, Option } from 'commander';
import { table } from '../pricing/table.ts';
import type { Price } from '../pricing/types.ts';
import { columns } from './columns.ts';
import { PROVIDERS, type ProviderName } from './known-models.ts';

const EXAMPLES = `
Prices in USD per million tokens, as they are today. --json prints the whole table with its history, tiers and
sources; in that form it can be edited, kept at a URL, and read by \`prices: { refresh: { from } }\`.

Examples:
  npx tokenmeter models sonnet
  npx tokenmeter models --provider openai
  npx tokenmeter models --json > prices.json
`;

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list the models whose prices are known')
    .argument('[part]', 'only models with this in their name')
    .addOption(new Option('--provider <name>', 'only of this provider').choices(PROVIDERS))
    .option('--json', 'print the whole table as JSON')
    .addHelpText('after', EXAMPLES)
    .action((part: string | undefined, options: { provider?: ProviderName; json?: true }) => {
      if (options.json) console.log(JSON.stringify(table));
      else print(part ?? '', options.provider === undefined ? PROVIDERS : [options.provider]);
    });
}

const HEAD = ['', 'input', 'cache read', 'cache write', 'output', 'since', 'verified'];

function print(part: string, providers: readonly ProviderName[]): void {
  const found = providers.flatMap((provider) =>
    Object.entries(table.providers[provider]?.models ?? {})
      .filter(([model]) => model.includes(part.toLowerCase()))
      .map(([model, prices]) => [`${provider}/${model}`, ...cells(current(prices))]),
  );
  if (found.length === 0) {
    console.error(`no model has ${JSON.stringify(part)} in its name`);
    process.exitCode = 1;
    return;
  }
  console.log(columns([HEAD, ...found]));
  const days = Math.floor((Date.now() - Date.parse(table.date)) / 86_400_000);
  console.log(`\n${found.length} models; prices ${table.version}, ${days} days old`);
}

function current(prices: readonly Price[]): Price | undefined {
  const today = new Date().toISOString().slice(0, 10);
  return prices.find(({ from, until }) => from <= today && (until === undefined || today < until));
}

function cells(price: Price | undefined): string[] {
  if (!price) return ['no price'];
  const { input, cacheRead, cacheWriteOther, output } = price.rates;
  const since = price.from === '1970-01-01' ? '' : price.from;
  return [usd(input), usd(cacheRead), usd(cacheWriteOther), usd(output), since, price.verifiedAt];
}

function usd(picoPerToken: number | undefined): string {
  return picoPerToken === undefined ? '-' : String(picoPerToken / 1_000_000);
}
