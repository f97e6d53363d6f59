import * as v from 'valibot';
import { ConfigError } from '../errors.ts';
import type { Cost, CostClass, Price, Rates } from './types.ts';

/** USD per million tokens of one class; a class that is left out has no price. */
export interface OwnRates {
  readonly input: number;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** Of any lifetime. */
  readonly cacheWrite?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
}

/** One model's price of your own: its rates, another model's, a part of what the table says, or nothing. */
export type OwnPrice =
  | OwnRates
  | { readonly sameAs: string; readonly factor?: number | undefined }
  | { readonly factor: number }
  | { readonly free: true };

/** Prices of your own. They win over the table. */
export interface PriceOptions {
  /** By the model's name, or by `vendor/model` for calls through one vendor: `azure.ai.openai/prod`. */
  readonly models?: Readonly<Record<string, OwnPrice>> | undefined;
  /** What you pay of the table's prices where `models` says nothing: 0.9 with a discount of a tenth. */
  readonly factor?: number | undefined;
}

export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** One entry of `models`, ready for use: exactly one of `price`, `free`, `sameAs` and `factor`, or the last two. */
export interface Override {
  readonly name: string;
  readonly price?: Price | undefined;
  readonly free?: boolean | undefined;
  readonly sameAs?: string | undefined;
  readonly factor?: Fraction | undefined;
}

export class Overrides {
  readonly factor: Fraction | undefined;
  readonly #models: ReadonlyMap<string, Override>;

  constructor({ models = {}, factor }: PriceOptions = {}) {
    this.factor = factor === undefined ? undefined : fractionOf(factor);
    this.#models = new Map(Object.entries(models).map(([name, own]) => [name, overrideOf(name, own)]));
  }

  /** The first of these names that has an entry: one for the vendor before one for all. */
  find(vendor: string, names: readonly unknown[]): Override | undefined {
    if (this.#models.size === 0) return undefined;
    for (const name of names) {
      if (typeof name !== 'string') continue;
      const own = this.#models.get(`${vendor}/${name}`) ?? this.#models.get(name);
      if (own) return own;
    }
    return undefined;
  }
}

export const NO_OVERRIDES = new Overrides();

/** Each class is rounded to a whole pico-dollar, half up. */
export function scale(cost: Cost, factor: Fraction | undefined): Cost {
  if (factor === undefined) return cost;
  const byClass: Partial<Record<CostClass, bigint>> = {};
  let picoUsd = 0n;
  for (const [name, amount] of Object.entries(cost.byClass)) {
    const scaled = (2n * amount * factor.numerator + factor.denominator) / (2n * factor.denominator);
    byClass[name as CostClass] = scaled;
    picoUsd += scaled;
  }
  return { picoUsd, byClass };
}

function overrideOf(name: string, own: OwnPrice): Override {
  if ('free' in own) return { name, free: true };
  if ('input' in own) return { name, price: priceOf(own) };
  return {
    name,
    ...('sameAs' in own && { sameAs: own.sameAs }),
    ...(own.factor !== undefined && { factor: fractionOf(own.factor) }),
  };
}

function priceOf({ cacheWrite, ...own }: OwnRates): Price {
  const writes =
    cacheWrite === undefined
      ? {}
      : {
          cacheWrite5m: cacheWrite,
          cacheWrite1h: cacheWrite,
          cacheWrite12h: cacheWrite,
          cacheWriteOther: cacheWrite,
        };
  const rates = Object.entries({ ...own, ...writes }).flatMap(([name, usd]) =>
    usd === undefined ? [] : [[name, Math.round(usd * PICO_PER_TOKEN)]],
  );
  return {
    from: '1970-01-01',
    verifiedAt: '1970-01-01',
    source: 'config',
    rates: Object.fromEntries(rates) as Rates & { input: number },
    toolFees: {},
  };
}

/** A rate of $1 per million tokens. */
const PICO_PER_TOKEN = 1_000_000;
const DECIMALS = 6;

/** Exact: the digits that the number was written with. */
function fractionOf(value: number): Fraction {
  return { numerator: BigInt(Math.round(value * 10 ** DECIMALS)), denominator: 10n ** BigInt(DECIMALS) };
}

const exact = (expected: string, most: number) =>
  v.pipe(
    v.number(expected),
    v.minValue(0, expected),
    v.maxValue(most, expected),
    v.check((value) => isExact(value), `${expected}, with at most ${DECIMALS} decimals`),
  );

function isExact(value: number): boolean {
  const scaled = value * 10 ** DECIMALS;
  return Math.abs(scaled - Math.round(scaled)) < 1e-3;
}

const RATE = 'USD per million tokens, from 0 to 1,000,000';
const rate = exact(RATE, 1_000_000);
const factor = exact('a factor from 0 to 1,000', 1000);
const KINDS = 'rates with `input`, or `sameAs`, or `factor`, or `free: true`';

const RatesSchema = v.strictObject({
  input: rate,
  output: v.optional(rate),
  cacheRead: v.optional(rate),
  cacheWrite: v.optional(rate),
  inputAudio: v.optional(rate),
  outputAudio: v.optional(rate),
});
const SameAsSchema = v.strictObject({
  sameAs: v.pipe(v.string('the name of a model'), v.nonEmpty('the name of a model')),
  factor: v.optional(factor),
});
const FactorSchema = v.strictObject({ factor });
const FreeSchema = v.strictObject({ free: v.literal(true, 'true') });

/** By the member that tells which kind it is, so that an error is about that kind. */
const OwnPriceSchema = v.lazy((value) => {
  const has = (name: string) => typeof value === 'object' && value !== null && name in value;
  if (has('input')) return RatesSchema;
  if (has('sameAs')) return SameAsSchema;
  if (has('factor')) return FactorSchema;
  if (has('free')) return FreeSchema;
  return v.never(KINDS);
});

export const priceEntries = {
  models: v.optional(v.record(v.string(), OwnPriceSchema, 'an object from model to price')),
  factor: v.optional(factor),
};

const PricesSchema = v.strictObject({ ...priceEntries, refresh: v.optional(v.unknown()) });

/** Throws a ConfigError that names every member that cannot be used. `refresh` is a meter's business. */
export function checkPrices(prices: unknown): PriceOptions {
  const result = v.safeParse(PricesSchema, prices);
  if (result.success) return result.output;
  throw new ConfigError(
    result.issues.map((issue) => `prices.${v.getDotPath(issue) ?? ''}: expected ${issue.message}`),
  );
}
