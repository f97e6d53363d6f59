import * as v from 'valibot';
import { nextTurn } from '../turn.ts';
import { checkSize } from './json-size.ts';
import { table as builtIn } from './table.ts';
import type { Price, PriceTable, ProviderPrices } from './types.ts';

/**
 * Of a table that came from elsewhere: nothing in it may make a wrong price, leave calls without one that have one
 * now, or be much work.
 */
const DAY_MS = 86_400_000;
const MODELS_PER_TURN = 20;
/** Many times what anything costs: $10,000 per million tokens, and $100 per image, minute, character or call. */
const MAX_RATE = 10_000 * 1_000_000;
const MAX_UNIT_PRICE = 100 * 1e12;

const amountUpTo = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));
const rate = v.optional(amountUpTo(MAX_RATE));
const unitPrice = amountUpTo(MAX_UNIT_PRICE);
const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200));
const unitPrices = v.record(name, unitPrice);
const day = v.pipe(v.string(), v.check(isDay, 'no day of the calendar, as in 2026-07-01'));
const pastDay = v.pipe(
  day,
  // A day of tolerance: for clocks, and for time zones.
  v.check((text) => Date.parse(text) <= Date.now() + DAY_MS, 'a day in the future'),
);

const RatesSchema = v.strictObject({
  input: rate,
  cacheRead: rate,
  cacheWrite5m: rate,
  cacheWrite1h: rate,
  cacheWrite12h: rate,
  cacheWriteOther: rate,
  output: rate,
  inputAudio: rate,
  cachedAudio: rate,
  outputAudio: rate,
  inputImage: rate,
  cachedImage: rate,
  outputImage: rate,
});

const rateSet = {
  rates: RatesSchema,
  threshold: v.optional(
    v.strictObject({
      aboveInputTokens: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      rates: RatesSchema,
    }),
  ),
};

const PriceSchema = v.strictObject({
  from: day,
  until: v.optional(day),
  verifiedAt: pastDay,
  source: v.string(),
  ...rateSet,
  tiers: v.optional(v.record(name, v.strictObject(rateSet))),
  toolFees: v.optional(unitPrices),
  units: v.optional(
    v.strictObject({
      audioMinute: v.optional(unitPrice),
      character: v.optional(unitPrice),
      image: v.optional(unitPrices),
    }),
  ),
});

const PricesSchema = v.pipe(
  v.array(PriceSchema),
  v.check(
    (prices) => followEachOther(prices as readonly Price[]),
    'spans of time that are not in order, or overlap',
  ),
);

/** All but the prices of the models, which are many. */
const OutlineSchema = v.strictObject({
  version: v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)),
  date: pastDay,
  providers: v.record(
    name,
    v.pipe(
      v.strictObject({ models: v.record(name, v.unknown()), aliases: v.record(name, name) }),
      v.check(
        ({ models, aliases }) =>
          Object.entries(aliases).every(
            ([alias, model]) => Object.hasOwn(models, model) && !Object.hasOwn(models, alias),
          ),
        'aliases that stand for no model of the table, or are one',
      ),
    ),
  ),
});

/**
 * A table from text that anybody may have written, to take the place of the one in use; the event loop turns
 * meanwhile. Rejects with the place of the first fault.
 */
export async function parseTable(text: string, inUse: PriceTable = builtIn): Promise<PriceTable> {
  checkSize(text);
  const value: unknown = JSON.parse(text);
  await nextTurn();
  const { version, date, providers: outlines } = check(OutlineSchema, value, []);
  if (date < inUse.date)
    throw new TypeError(`date: ${date} is before ${inUse.date}, that of the table in use`);
  const providers: Record<string, ProviderPrices> = {};
  let checked = 0;
  for (const [provider, { models, aliases }] of Object.entries(outlines)) {
    const prices: Record<string, readonly Price[]> = {};
    for (const [model, entries] of Object.entries(models)) {
      if (checked++ % MODELS_PER_TURN === 0) await nextTurn();
      prices[model] = check(PricesSchema, entries, ['providers', provider, 'models', model]) as Price[];
    }
    providers[provider] = { models: prices, aliases };
  }
  for (const provider of Object.keys(inUse.providers)) {
    if (!hasPrices(providers[provider])) throw new TypeError(`providers.${provider}: no model has a price`);
  }
  return { version, date, providers };
}

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown, path: readonly string[]): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = [...path, ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  throw new TypeError(`${place || 'the table'}: ${issue.message}`);
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Each ends before the next begins, so that a day has one price. */
function followEachOther(prices: readonly Price[]): boolean {
  return prices.every(({ from, until }, index) => {
    const next = prices[index + 1];
    if (until !== undefined && until <= from) return false;
    return next === undefined || (until !== undefined && until <= next.from);
  });
}

/** Whether calls would cost anything. */
function hasPrices(provider: ProviderPrices | undefined): boolean {
  const isCharged = (amounts: object) => Object.values(amounts).some((amount) => Number(amount) > 0);
  return Object.values(provider?.models ?? {}).some((prices) =>
    prices.some(({ rates, units: { image = {}, ...units } = {} }) => [rates, image, units].some(isCharged)),
  );
}
