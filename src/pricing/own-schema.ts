import * as v from 'valibot';
import { ConfigError } from '../errors.ts';
import { problemsOf } from '../problems.ts';
import { DECIMALS, isInMillionths } from './fraction.ts';
import { type Dangling, OwnModels, type PriceOptions } from './own-prices.ts';
import { isPlain } from './plain.ts';

/** A number from 0 to the most that is a whole number of millionths; the first thing that is wrong is told. */
const exact = (expected: string, most: number) =>
  v.pipe(
    v.number(expected),
    v.check((value) => value >= 0 && value <= most, expected),
    v.check(
      (value) => !(value >= 0 && value <= most) || isInMillionths(value),
      `${expected}, with at most ${DECIMALS} decimals`,
    ),
  );

/** Names that objects answer to, and that the check of a record would pass over. */
const NO_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** A plain object by name: neither a list nor a Map, whose entries would be passed over in silence. */
const byName = <Value extends v.GenericSchema>(value: Value, expected: string) =>
  v.pipe(
    v.custom<Record<string, v.InferInput<Value>>>(isPlain, expected),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const key of Object.keys(dataset.value as object).filter((name) => NO_NAMES.has(name))) {
        addIssue({ message: 'another name', input: key, path: [stepOf(dataset.value, key)] });
      }
    }),
    v.record(v.string(), value, expected),
  );

function stepOf(input: unknown, key: string): v.ObjectPathItem {
  const value = (input as Record<string, unknown>)[key];
  return { type: 'object', origin: 'value', input: input as Record<string, unknown>, key, value };
}

const rate = exact('USD per million tokens, from 0 to 1,000,000', 1_000_000);
const factor = exact('a factor from 0 to 1,000', 1000);
const toolFees = v.optional(
  byName(exact('USD per call, from 0 to 1,000', 1000), 'an object from tool to USD per call'),
);
const KINDS = 'rates with `input`, or `sameAs`, or `factor`, or `free: true`';

const RatesSchema = v.strictObject({
  input: rate,
  output: v.optional(rate),
  cacheRead: v.optional(rate),
  cacheWrite: v.optional(rate),
  inputAudio: v.optional(rate),
  outputAudio: v.optional(rate),
  toolFees,
});
const SameAsSchema = v.strictObject({
  sameAs: v.pipe(v.string('the name of a model'), v.nonEmpty('the name of a model')),
  factor: v.optional(factor),
  toolFees,
});
const FactorSchema = v.strictObject({ factor, toolFees });
const FreeSchema = v.strictObject({ free: v.literal(true, 'true') });

/** By the member that tells which kind it is, so that an error is about that kind. */
const OwnPriceSchema = v.lazy((value) => {
  const has = (name: string) => isPlain(value) && name in value;
  if (has('input')) return RatesSchema;
  if (has('sameAs')) return SameAsSchema;
  if (has('factor')) return FactorSchema;
  if (has('free')) return FreeSchema;
  return v.never(KINDS);
});

const ANOTHER_MODEL: Readonly<Record<Dangling, string>> = {
  unknown: 'a model that `prices.models` or the table of prices knows',
  itself: 'another model than this one',
  circle: 'a model that does not lead back to this one',
};

const ModelsSchema = v.pipe(
  byName(OwnPriceSchema, 'an object from model to price'),
  v.rawCheck(({ dataset, addIssue }) => {
    const models = dataset.value;
    if (!isPlain(models)) return;
    const entries = new OwnModels(models as NonNullable<PriceOptions['models']>);
    for (const [model, own] of Object.entries(models)) {
      if (!isPlain(own) || typeof own.sameAs !== 'string' || own.sameAs === '') continue;
      const { dangling, names } = entries.follow(model);
      // Of several that lead to the same end, the one that names it is at fault; in a circle, all are.
      if (dangling === undefined || (dangling !== 'circle' && names.length > 1)) continue;
      const path: [v.ObjectPathItem, v.ObjectPathItem] = [stepOf(models, model), stepOf(own, 'sameAs')];
      addIssue({ message: ANOTHER_MODEL[dangling], input: own.sameAs, path });
    }
  }),
);

export const priceEntries = {
  models: v.optional(ModelsSchema),
  factor: v.optional(factor),
  toolFees,
};

const PricesSchema = v.pipe(
  v.custom<Record<string, unknown>>(isPlain, 'an object'),
  v.strictObject({ ...priceEntries, refresh: v.optional(v.unknown()) }),
);

/** Throws a ConfigError that names every member that cannot be used. `refresh` is a meter's business. */
export function checkPrices(prices: unknown): PriceOptions {
  const result = v.safeParse(v.object({ prices: PricesSchema }), { prices });
  if (!result.success) throw new ConfigError(problemsOf('option', result.issues));
  return result.output.prices as PriceOptions;
}
