import { type Command, InvalidArgumentError, Option } from 'commander';
import { isUnpriced, usdOf } from '../pricing/cost.ts';
import { bookOf, tableVersion } from '../pricing/price.ts';
import type { PricedCall } from '../pricing/types.ts';
import { NO_COUNTS, textOutput, type Usage } from '../usage.ts';
import { columns } from './columns.ts';
import { guessProvider, nearestModels, PROVIDERS, type ProviderName } from './known-models.ts';
import { ownPrices } from './own-prices.ts';

const EXAMPLES = `
Counts are tokens. --in is everything the model read, --cached and --cache-write are parts of it; --out is
everything it wrote, reasoning included. Without counts: a thousand tokens in, and a thousand out.

TOKENMETER_PRICES, a file with prices of your own, counts here too.

Exit code: 0, 1 when the price is not known, 2 for a wrong command line.

Examples:
  npx tokenmeter price gpt-4.1 --in 1000 --out 500
  npx tokenmeter price claude-sonnet-5 --in 120000 --cached 100000 --out 800 --tier batch
  npx tokenmeter price gpt-5.6-luna --in 1000000 --at 2026-07-01 --json
`;

interface PriceCommand {
  readonly provider?: ProviderName;
  readonly in?: number;
  readonly out?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly tier?: string;
  readonly at?: Date;
  readonly json?: true;
}

export function addPrice(program: Command): void {
  program
    .command('price')
    .description('say what a call costs')
    .argument('<model>', 'as requests or answers name it')
    .addOption(new Option('--provider <name>', 'whose model it is').choices(PROVIDERS))
    .option('--in <tokens>', 'input, cached tokens included', count)
    .option('--out <tokens>', 'output, reasoning included', count)
    .option('--cached <tokens>', 'part of the input that was read from a cache', count)
    .option('--cache-write <tokens>', 'part of the input that was written to a cache', count)
    .option('--tier <name>', 'batch, flex, priority, fast, as the answer names it')
    .option('--at <date>', 'when the call was made: 2026-07-01 (default: now)', date)
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((model: string, options: PriceCommand, command: Command) => {
      const problem = impossible(options);
      if (problem) command.error(`error: ${problem}`);
      print(model, options);
    });
}

function print(model: string, options: PriceCommand): void {
  const provider = options.provider ?? guessProvider(model);
  const usage = usageOf(options);
  const call = bookOf(ownPrices()).price({ provider, model: [model], usage, at: options.at });
  if (isUnpriced(call)) {
    process.exitCode = 1;
    if (options.json) console.log(JSON.stringify({ provider, model, unpriced: call.reason }));
    else console.error(unknownPrice(model, provider, call.reason));
  } else if (options.json) {
    console.log(JSON.stringify(asJson(provider, call), undefined, 2));
  } else {
    console.log(asText(provider, model, usage, call));
  }
}

function asText(provider: ProviderName, model: string, { input, output }: Usage, call: PricedCall): string {
  const matched = call.model === model ? '' : `, priced as ${call.model} (${call.confidence})`;
  const rows = Object.entries(call.byClass).map(([name, picoUsd]) => [`  ${name}`, usd(picoUsd)]);
  return [
    `${provider} ${model}${matched}: ${input.total} tokens in, ${output.total} out`,
    columns([...rows, ['  total', usd(call.picoUsd)]]),
    `prices: ${call.tableVersion}`,
  ].join('\n');
}

function asJson(provider: ProviderName, { picoUsd, byClass, ...call }: PricedCall): object {
  return { provider, ...call, ...usdOf({ picoUsd, byClass }) };
}

/** Why there is no price, and what may have been meant. */
export function unknownPrice(model: string, provider: ProviderName, reason: string): string {
  if (reason !== 'unknown_model') return `no price for ${provider} ${model}: ${reason} (${tableVersion})`;
  const near = nearestModels(model, PROVIDERS);
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : '`tokenmeter models` lists all.';
  return `${provider} has no model ${JSON.stringify(model)} in ${tableVersion}. ${hint}`;
}

/** Of each kind, where the command names none. */
const EXAMPLE = 1000;

function usageOf({ in: input, out, cached = 0, cacheWrite = 0, tier }: PriceCommand): Usage {
  const isExample = input === undefined && out === undefined;
  const total = input ?? (isExample ? EXAMPLE : 0);
  return {
    input: {
      total,
      uncached: total - cached - cacheWrite,
      cacheRead: cached,
      cacheWrite,
      cacheWriteByLifetime: NO_COUNTS,
      audio: 0,
      image: 0,
    },
    output: textOutput(out ?? (isExample ? EXAMPLE : 0)),
    ...(tier === 'fast' ? { speed: tier } : tier !== undefined && { serviceTier: tier }),
    serverTools: NO_COUNTS,
    raw: undefined,
  };
}

function impossible({ in: input, cached = 0, cacheWrite = 0 }: PriceCommand): string | undefined {
  const isPossible = cached + cacheWrite <= (input ?? 0) || (cached === 0 && cacheWrite === 0);
  return isPossible ? undefined : '--cached and --cache-write are parts of --in, and cannot be more';
}

function count(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (text !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a whole number of tokens.');
}

function date(text: string): Date {
  const value = new Date(text);
  if (!Number.isNaN(value.getTime())) return value;
  throw new InvalidArgumentError('It must be a date such as 2026-07-01.');
}

/** Exact: all twelve decimals that there are, without the zeros at the end. */
function usd(picoUsd: bigint): string {
  const digits = picoUsd.toString().padStart(13, '0');
  const decimals = digits.slice(-12).replace(/0{1,10}$/, '');
  return `$${digits.slice(0, -12)}.${decimals}`;
}
