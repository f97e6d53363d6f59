import type { Cost, CostClass } from './types.ts';

export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** What rates of the user's own are stated in: a millionth of $1 per million tokens is a pico-dollar a token. */
export const DECIMALS = 6;

/** Exact: the digits that the number was written with. */
export function fractionOf(value: number): Fraction {
  return { numerator: BigInt(millionths(value)), denominator: 10n ** BigInt(DECIMALS) };
}

export function millionths(value: number): number {
  return Math.round(value * 10 ** DECIMALS);
}

/** Whether it has no more decimals than that, but for the last bits that a sum or a product leaves. */
export function isInMillionths(value: number): boolean {
  const scaled = value * 10 ** DECIMALS;
  return Math.abs(scaled - Math.round(scaled)) <= scaled * 4 * Number.EPSILON;
}

export function product(first: Fraction | undefined, second: Fraction | undefined): Fraction | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    numerator: first.numerator * second.numerator,
    denominator: first.denominator * second.denominator,
  };
}

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
