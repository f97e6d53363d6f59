import type { InputTokens, Units, Usage } from '../usage.ts';
import { Bill, LONGEST_REASON } from './bill.ts';
import { findBadCount } from './counts.ts';
import { tierOf } from './tier.ts';
import type { Cost, CostClass, Price, Rates, TokenClass, UnitPrices, Unpriced } from './types.ts';

/** OpenAI's stated price of a cache write is that of its default lifetime, 30 minutes. */
const WRITE_CLASS: ReadonlyMap<string, TokenClass> = new Map([
  ['5m', 'cacheWrite5m'],
  ['30m', 'cacheWriteOther'],
  ['1h', 'cacheWrite1h'],
  ['12h', 'cacheWrite12h'],
]);

/** Of both DALL·E models, for requests that leave them out. */
const DEFAULT_QUALITY = 'standard';
const DEFAULT_SIZE = '1024x1024';

/** What a call cost, exactly, or why that is not known. Never throws, and never guesses a rate. */
export function costOf(usage: Usage, price: Price): Cost | Unpriced {
  const badCount = findBadCount(usage);
  if (badCount !== undefined) return { reason: `bad_count:${badCount}` };

  const rates = ratesFor(usage, price);
  if ('reason' in rates) return rates;

  const bill = new Bill();
  chargeInput(bill, usage.input, rates);
  chargeOutput(bill, usage, rates);
  chargeTools(bill, usage.serverTools, price.toolFees ?? {});
  if (usage.units) chargeUnits(bill, usage.units, price.units ?? {});
  return bill.result();
}

export function isUnpriced<C extends Cost>(result: C | Unpriced): result is Unpriced {
  return 'reason' in result;
}

/** Only for export: the one place where money becomes a floating-point number. */
export function usdFromPico(picoUsd: bigint): number {
  return Number(picoUsd) / 1e12;
}

/** The same of a whole cost. */
export function usdOf({ picoUsd, byClass }: Cost) {
  const usd: Partial<Record<CostClass, number>> = {};
  for (const name in byClass) usd[name as CostClass] = usdFromPico(byClass[name as CostClass] as bigint);
  return { totalUsd: usdFromPico(picoUsd), byClass: usd };
}

function ratesFor(usage: Usage, price: Price): Rates | Unpriced {
  const tier = tierOf(usage);
  const tiers = price.tiers ?? {};
  const set = tier === undefined ? price : Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (set === undefined) return { reason: `tier:${tier}`.slice(0, LONGEST_REASON) };

  const threshold = set.threshold ?? price.threshold;
  if (threshold === undefined || usage.input.total <= threshold.aboveInputTokens) return set.rates;
  return set.threshold?.rates ?? { reason: `long_context:${tier}` };
}

function chargeInput(bill: Bill, input: InputTokens, rates: Rates): void {
  const images = rates.inputImage === undefined ? 0 : input.image;
  if (input.audio + images > 0) {
    chargeMixedInput(bill, input, images, rates);
  } else {
    bill.charge('input', input.uncached, rates.input);
    bill.charge('cacheRead', input.cacheRead, rates.cacheRead);
  }
  if (input.cacheWrite > 0) chargeWrites(bill, input, rates);
}

/** Audio and images have their own rates, and are taken out of the text they are counted in. */
function chargeMixedInput(bill: Bill, input: InputTokens, images: number, rates: Rates): void {
  const cachedAudio = input.cachedAudio ?? overlap(input.cacheRead, input.audio, input.total);
  const cachedImage = images === 0 ? 0 : (input.cachedImage ?? overlap(input.cacheRead, images, input.total));
  if (cachedAudio === undefined || cachedImage === undefined || input.cacheWrite > 0) {
    bill.refuse('no_split:cached');
    return;
  }
  bill.charge('input', input.uncached - (input.audio - cachedAudio) - (images - cachedImage), rates.input);
  bill.charge('inputAudio', input.audio - cachedAudio, rates.inputAudio);
  bill.charge('inputImage', images - cachedImage, rates.inputImage);
  bill.charge('cacheRead', input.cacheRead - cachedAudio - cachedImage, rates.cacheRead);
  bill.charge('cachedAudio', cachedAudio, rates.cachedAudio);
  bill.charge('cachedImage', cachedImage, rates.cachedImage);
}

/** How many tokens are in both parts of a whole, when their sizes alone tell. */
function overlap(part: number, otherPart: number, whole: number): number | undefined {
  const least = Math.max(0, part + otherPart - whole);
  const most = Math.min(part, otherPart);
  return least === most ? least : undefined;
}

function chargeWrites(bill: Bill, input: InputTokens, rates: Rates): void {
  let unnamed = input.cacheWrite;
  for (const lifetime in input.cacheWriteByLifetime) {
    const tokens = input.cacheWriteByLifetime[lifetime] ?? 0;
    const writeClass = WRITE_CLASS.get(lifetime);
    if (writeClass === undefined) bill.refuse('no_rate:cacheWrite');
    else bill.charge(writeClass, tokens, rates[writeClass]);
    unnamed -= tokens;
  }
  bill.charge('cacheWriteOther', unnamed, rates.cacheWriteOther);
}

function chargeOutput(bill: Bill, { output }: Usage, rates: Rates): void {
  // A count that does not tell generated images from text has no price where they cost differently.
  if (rates.outputImage !== undefined && output.text > 0 && output.image === 0)
    bill.refuse('no_split:output');
  const images = rates.outputImage === undefined ? 0 : output.image;
  bill.charge('output', output.text + output.image - images, rates.output);
  bill.charge('outputImage', images, rates.outputImage);
  bill.charge('outputAudio', output.audio, rates.outputAudio);
}

function chargeTools(bill: Bill, calls: Usage['serverTools'], fees: Readonly<Record<string, number>>): void {
  for (const name in calls) {
    const count = calls[name] ?? 0;
    if (count > 0 && !Object.hasOwn(fees, name)) bill.refuse(`no_fee:${name}`);
    else bill.charge('serverTools', count, fees[name]);
  }
}

function chargeUnits(bill: Bill, units: Units, prices: UnitPrices): void {
  const { images, audioSeconds = 0, characters = 0, ...others } = units;
  if (images !== undefined) chargeImages(bill, images, prices.image ?? {});
  bill.chargeSeconds('audioSeconds', audioSeconds, prices.audioMinute);
  bill.charge('characters', characters, prices.character);
  for (const unit in others) bill.refuse(`no_rate:${unit}`);
}

function chargeImages(
  bill: Bill,
  { count, quality, size }: NonNullable<Units['images']>,
  prices: Readonly<Record<string, number>>,
): void {
  const kind = `${quality || DEFAULT_QUALITY}/${size || DEFAULT_SIZE}`;
  if (count > 0 && !Object.hasOwn(prices, kind)) bill.refuse(`no_rate:image:${kind}`);
  else bill.charge('images', count, prices[kind]);
}
