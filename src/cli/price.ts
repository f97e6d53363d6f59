import { type Command, InvalidArgumentError, Option } from 'commander';
import { isUnpriced, usdOf } from '../pricing/cost.ts';
import { bookOf, tableVersion } from '../pricing/price.ts';
import type { PricedCall } from '../pricing/types.ts';
import { columns } from './columns.ts';
import { seconds, wholeNumberOf } from './counts.ts';
import {
  didYouMean,
  guessProvider,
  listPrice,
  nearestModels,
  PROVIDERS,
  type ProviderName,
} from './known-models.ts';
import { unitPrices } from './list-prices.ts';
import { ownPrices } from './own-prices.ts';
import { type Counts, countsToTry, describeCounts, impossible, usageOf } from './price-usage.ts';

const EXAMPLES = `
Counts are tokens unless they say otherwise. --in is everything the model read, --cached and --cache-write are parts of
it; --out is everything it wrote, reasoning included, but for images. Without counts: an example, of a thousand
tokens in, and a thousand out, or of what else the model charges for.

TOKENMETER_PRICES, a file with prices of your own, counts here too.

Exit code: 0, 1 when the price is not known, 2 for a wrong command line.

Examples:
  npx tokenmeter price gpt-4.1 --in 1000 --out 500
  npx tokenmeter price claude-sonnet-5 --in 120000 --cached 100000 --out 800 --tier batch
  npx tokenmeter price gpt-5.6-luna --in 1_000_000 --at 2026-07-01 --json
  npx tokenmeter price whisper-1 --seconds 90
  npx tokenmeter price dall-e-3 --images 2 --size 1792x1024 --quality hd
`;

interface PriceCommand extends Counts {
  readonly provider?: ProviderName;
  readonly tier?: string;
  readonly at?: Date;
  readonly json?: true;
}

export function addPrice(program: Command): void {
  const tokens = wholeNumberOf('tokens');
  program
    .command('price')
    .description('say what a call costs')
    .argument('<model>', 'as requests or answers name it')
    .addOption(new Option('--provider <name>', 'whose model it is').choices(PROVIDERS))
    .option('--in <tokens>', 'input, cached tokens included', tokens)
    .option('--out <tokens>', 'output, reasoning included', tokens)
    .option('--cached <tokens>', 'part of the input that was read from a cache', tokens)
    .option('--cache-write <tokens>', 'part of the input that was written to a cache', tokens)
    .option('--image-out <tokens>', 'generated images, of models that charge for their tokens', tokens)
    .option(
      '--images <count>',
      'generated images, of models that charge by the image',
      wholeNumberOf('images'),
    )
    .option('--size <pixels>', 'their size: 1024x1024')
    .option('--quality <name>', 'their quality: standard, hd')
    .option('--seconds <number>', 'length of the audio, of models that charge by time', seconds)
    .option('--characters <count>', 'of the text that was spoken', wholeNumberOf('characters'))
    .option('--tier <name>', 'batch, flex, priority, fast, as the answer names it')
    .option('--at <date>', 'when the call was made: 2026-07-01 (default: now)', date)
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((model: string, options: PriceCommand, command: Command) => {
      const { provider = guessProvider(model), tier, at, json, ...given } = options;
      const problem = impossible(given);
      if (problem) command.error(`error: ${problem}`);
      print({ model, provider, tier, at, given }, json ?? false);
    });
}

interface Question {
  readonly model: string;
  readonly provider: ProviderName;
  readonly tier: string | undefined;
  readonly at: Date | undefined;
  readonly given: Counts;
}

function print(question: Question, json: boolean): void {
  const { model, provider, tier, at, given } = question;
  const { price } = bookOf(ownPrices());
  const answers = countsToTry(given).map((counts) => ({
    counts,
    call: price({ provider, model: [model], usage: usageOf(counts, tier), at }),
  }));
  for (const { counts, call } of answers) {
    if (isUnpriced(call)) continue;
    console.log(json ? asJson(provider, counts, call) : asText(question, counts, call));
    return;
  }
  process.exitCode = 1;
  const reason = answers.flatMap(({ call }) => (isUnpriced(call) ? [call.reason] : []))[0] ?? '';
  const nearest = reason === 'unknown_model' ? { nearest: nearestModels(model) } : {};
  if (json) console.log(JSON.stringify({ provider, model, unpriced: reason, ...nearest }));
  else console.error(unpricedText(question, reason));
}

function asText({ model, provider, at }: Question, counts: Counts, call: PricedCall): string {
  const matched = call.model === model ? '' : `, priced as ${call.model} (${call.confidence})`;
  const rows = Object.entries(call.byClass).map(([name, picoUsd]) => [`  ${name}`, usd(picoUsd)]);
  return [
    `${provider} ${model}${matched}: ${describeCounts(counts)}`,
    columns([...rows, ['  total', usd(call.picoUsd)]]),
    ...listed(provider, call.model, at),
    `prices: ${call.tableVersion}`,
  ].join('\n');
}

/** All prices by the unit, since there may be one for each size and quality. */
function listed(provider: ProviderName, model: string, at: Date | undefined): string[] {
  const prices = unitPrices(listPrice(provider, model, at)?.units);
  return prices.length === 0 ? [] : ['list prices:', ...prices.map((price) => `  ${price}`)];
}

function asJson(provider: ProviderName, counts: Counts, { picoUsd, byClass, ...call }: PricedCall): string {
  return JSON.stringify({ provider, ...call, counts, ...usdOf({ picoUsd, byClass }) }, undefined, 2);
}

/** Why there is no price, and what may have been meant. */
function unpricedText({ model, provider, at }: Question, reason: string): string {
  if (reason === 'unknown_model')
    return `no model ${JSON.stringify(model)} in the prices of ${provider} (${tableVersion}). ${didYouMean(model)}`;
  return [
    `no price for ${provider} ${model}: ${reason} (${tableVersion})`,
    ...listed(provider, model, at),
  ].join('\n');
}

function date(text: string): Date {
  const value = new Date(text);
  const isDay = /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(value.getTime());
  if (isDay && (text.length > 10 || value.toISOString().startsWith(text))) return value;
  throw new InvalidArgumentError('It must be a date such as 2026-07-01.');
}

/** Exact: all twelve decimals that there are, without the zeros at the end. */
function usd(picoUsd: bigint): string {
  const digits = picoUsd.toString().padStart(13, '0');
  const decimals = digits.slice(-12).replace(/0{1,10}$/, '');
  return `$${digits.slice(0, -12)}.${decimals}`;
}
