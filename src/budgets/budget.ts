import { type Amount, amountOf, limitOf } from './amounts.ts';
import { keyOf, keyOfOverride, type Matcher, matcherOf, type Subject, scopeOf } from './match.ts';
import { type Periods, periodsOf, type Span } from './period.ts';
import type { Budget, BudgetUnit, Scope, ScopePart } from './types.ts';

export const DEFAULT_THRESHOLDS: readonly number[] = [0.5, 0.8, 1];

/** Thresholds are compared in millionths, exactly: ten times 0.05 is half of 1. */
const MILLION = 1_000_000n;
const NONE: readonly Amount[] = [];

/** What one call may, or did, take from budgets. Undefined dollars: nobody knows. */
export interface Spend {
  readonly picoUsd: Amount | undefined;
  /** Undefined: nobody knows. */
  readonly tokens: number | undefined;
  /** How many requests it stands for. */
  readonly requests: number;
}

export const NOTHING_SPENT: Spend = Object.freeze({ picoUsd: 0n, tokens: 0, requests: 0 });

/** A declared budget, ready to be asked. */
export class ActiveBudget {
  readonly declared: Budget;
  readonly name: string;
  /** Names its sums. Those of another unit, of other periods or scopes, are not its own. */
  readonly account: string;
  readonly unit: BudgetUnit;
  readonly blocks: boolean;
  /** Calls that nobody knows the price of do not pass. */
  readonly blocksUnknown: boolean;
  /** What a scope is made of. */
  readonly per: readonly ScopePart[];
  /** Its window moves: sums fall again, and thresholds are crossed again. */
  readonly isMoving: boolean;
  readonly matches: Matcher;
  readonly thresholds: readonly number[];
  readonly #limit: Amount | undefined;
  readonly #overrides: ReadonlyMap<string, Amount | undefined>;
  readonly #periods: Periods;
  /** By limit. */
  readonly #thresholdAmounts = new Map<Amount, readonly Amount[]>();

  constructor(declared: Budget) {
    const { unit, amount } = limitOf(declared);
    this.declared = declared;
    this.name = declared.name;
    this.unit = unit;
    this.blocks = declared.action === 'block';
    this.blocksUnknown = this.blocks && declared.unpriced === 'block';
    this.per = declared.per ?? [];
    const { period } = declared;
    const kind = typeof period === 'object' ? `${period.rollingSeconds}s` : period;
    this.account = [declared.name, unit, kind, ...this.per].join(' ');
    this.isMoving = typeof declared.period === 'object';
    this.matches = matcherOf(declared);
    this.thresholds = [...(declared.thresholds ?? DEFAULT_THRESHOLDS)].sort((a, b) => a - b);
    this.#limit = amount;
    this.#overrides = new Map(
      Object.entries(declared.overrides ?? {}).map(([name, other]) => [
        keyOfOverride(this.per, name),
        limitOf(other).amount,
      ]),
    );
    this.#periods = periodsOf(declared);
  }

  /** Scopes with a limit of their own. */
  get overridden(): Iterable<string> {
    return this.#overrides.keys();
  }

  get periodSeconds(): number {
    return this.#periods.seconds;
  }

  periodAt(time: number): Span {
    return this.#periods.at(time);
  }

  keyOf(subject: Subject): string {
    return keyOf(this.per, subject);
  }

  scopeOf(key: string): Scope {
    return scopeOf(this.per, key);
  }

  /** Undefined: unlimited. */
  limitOf(key: string): Amount | undefined {
    return this.#overrides.size > 0 && this.#overrides.has(key) ? this.#overrides.get(key) : this.#limit;
  }

  /** Undefined: what it takes from this budget is not known. */
  amountOf({ picoUsd, tokens, requests }: Spend): Amount | undefined {
    if (this.unit === 'usd') return picoUsd;
    const count = this.unit === 'tokens' ? tokens : requests;
    return count === undefined ? undefined : amountOf(this.unit, count);
  }

  /** The sums at which thresholds are crossed, in their order. A limit of 0 has none: nothing gets that far. */
  thresholdAmounts(key: string): readonly Amount[] {
    const limit = this.limitOf(key);
    if (limit === undefined || limit === 0n) return NONE;
    let amounts = this.#thresholdAmounts.get(limit);
    if (!amounts) {
      amounts = this.thresholds.map((share) => {
        const millionths = limit * BigInt(Math.round(share * Number(MILLION)));
        return (millionths + MILLION - 1n) / MILLION;
      });
      this.#thresholdAmounts.set(limit, amounts);
    }
    return amounts;
  }
}
