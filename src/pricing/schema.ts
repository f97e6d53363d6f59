import * as v from 'valibot';
import type { PriceTable } from './types.ts';

/** Of a table that came from elsewhere: nothing in it may make a wrong price, or much work. */
const picoDollars = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const day = v.pipe(v.string(), v.isoDate());
const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200));
const amounts = v.record(name, picoDollars);

const RatesSchema = v.strictObject({
  input: v.optional(picoDollars),
  cacheRead: v.optional(picoDollars),
  cacheWrite5m: v.optional(picoDollars),
  cacheWrite1h: v.optional(picoDollars),
  cacheWrite12h: v.optional(picoDollars),
  cacheWriteOther: v.optional(picoDollars),
  output: v.optional(picoDollars),
  inputAudio: v.optional(picoDollars),
  cachedAudio: v.optional(picoDollars),
  outputAudio: v.optional(picoDollars),
  inputImage: v.optional(picoDollars),
  cachedImage: v.optional(picoDollars),
  outputImage: v.optional(picoDollars),
});

const rateSet = {
  rates: RatesSchema,
  threshold: v.optional(
    v.strictObject({ aboveInputTokens: v.pipe(v.number(), v.safeInteger()), rates: RatesSchema }),
  ),
};

const PriceSchema = v.strictObject({
  from: day,
  until: v.optional(day),
  verifiedAt: day,
  source: v.string(),
  ...rateSet,
  tiers: v.optional(v.record(name, v.strictObject(rateSet))),
  toolFees: v.optional(amounts),
  units: v.optional(
    v.strictObject({
      audioMinute: v.optional(picoDollars),
      character: v.optional(picoDollars),
      image: v.optional(amounts),
    }),
  ),
});

const ProviderSchema = v.strictObject({
  models: v.record(name, v.array(PriceSchema)),
  aliases: v.record(name, name),
});

const TableSchema = v.strictObject({
  version: v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)),
  date: day,
  providers: v.record(name, ProviderSchema),
});

/** A table from text that anybody may have written; throws with the place of the first fault. */
export function parseTable(text: string): PriceTable {
  const result = v.safeParse(TableSchema, JSON.parse(text));
  if (result.success) return result.output as PriceTable;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => String(key)).join('.');
  throw new TypeError(`${path || 'the table'}: ${issue.message}`);
}
