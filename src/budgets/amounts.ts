import type { BudgetLimit, BudgetUnit } from './types.ts';

/** Exact: 1e-12 dollars, or whole tokens or requests. */
export type Amount = bigint;

const PICO_PER_USD = 1e12;

export function amountOf(unit: BudgetUnit, value: number): Amount {
  // 1e-6 dollars are the finest that a number of dollars can be written with, in any size that occurs.
  return unit === 'usd'
    ? BigInt(Math.round(value * 1e6)) * BigInt(PICO_PER_USD / 1e6)
    : BigInt(Math.ceil(value));
}

/** For reports: dollars, tokens or requests. */
export function numberOf(unit: BudgetUnit, amount: Amount): number {
  return unit === 'usd' ? Number(amount) / PICO_PER_USD : Number(amount);
}

/** For people. Less than a cent is told in full. */
export function inUnits(unit: BudgetUnit, value: number): string {
  if (unit !== 'usd') return `${value} ${unit}`;
  return `$${value.toFixed(value !== 0 && value < 0.01 ? 6 : 2)}`;
}

export interface Limit {
  readonly unit: BudgetUnit;
  /** Undefined: unlimited. */
  readonly amount: Amount | undefined;
}

const FIELDS = [
  ['limitUsd', 'usd'],
  ['limitTokens', 'tokens'],
  ['limitRequests', 'requests'],
] as const;

/** The limit that is declared; dollars where none is. */
export function limitOf(declared: BudgetLimit): Limit {
  for (const [field, unit] of FIELDS) {
    const value = declared[field];
    if (value !== undefined && value !== null) return { unit, amount: amountOf(unit, value) };
    if (value === null) return { unit, amount: undefined };
  }
  return { unit: 'usd', amount: undefined };
}
