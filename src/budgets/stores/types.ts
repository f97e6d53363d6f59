import type { Amount } from '../amounts.ts';
import type { Period } from '../period.ts';

/** A sum of spending: of one budget and scope, in one period. */
export interface Account {
  readonly budget: string;
  readonly scope: string;
}

/** What a call wants to set aside in one account. */
export interface Claim extends Account {
  /** In which it is set aside. */
  readonly period: Period;
  /** All periods whose sums count against the limit, `period` included. */
  readonly counted: readonly Period[];
  readonly amount: Amount;
  /** Undefined where nothing is refused. */
  readonly limit: Amount | undefined;
}

/** What a call that has ended did spend. */
export interface Charge extends Account {
  /** In which it was spent. */
  readonly period: Period;
  readonly counted: readonly Period[];
  /** What was set aside for it, and in which period. */
  readonly reserved: Amount;
  readonly reservedIn: Period;
  readonly spent: Amount;
  /** Sums whose crossing is to be told, in ascending order. */
  readonly thresholds: readonly Amount[];
}

export interface Sums {
  readonly spent: Amount;
  readonly reserved: Amount;
}

/** Undefined: all of it is set aside. Else nothing is, and this is why. */
export type Refusal = (Sums & { readonly index: number; readonly why?: string }) | undefined;

export interface Charged extends Sums {
  /** Indices of the thresholds that this charge was the first to cross. */
  readonly crossed: readonly number[];
}

export type MaybeLater<T> = T | Promise<T>;

/** Keeps what was spent, and what is set aside. Reserving in several accounts is one step: all or nothing. */
export interface BudgetStore {
  /** Whether other processes spend from the same accounts. */
  readonly isShared: boolean;
  /** @param forMs After that the reservation, which `id` names, is void, if nobody has settled or renewed it. */
  reserve(id: string, claims: readonly Claim[], forMs: number): MaybeLater<Refusal>;
  /**
   * A second time for the same id changes nothing, and is answered as the first was: that answer may have come
   * too late. Only shared stores are asked twice.
   */
  settle(id: string, charges: readonly Charge[]): MaybeLater<readonly Charged[]>;
  read(accounts: readonly (Account & { readonly counted: readonly Period[] })[]): MaybeLater<readonly Sums[]>;
  /** Scopes of a budget that have spent something, for reports: those with most first. */
  scopes(
    budget: string,
    counted: readonly Period[],
    most: number,
  ): MaybeLater<readonly (Sums & { scope: string })[]>;
  /**
   * Limits have changed: of each scope, thresholds that its sum is now below may be crossed, and told of, again.
   * Counting them is one step with taking note: meanwhile others spend.
   */
  rearm(budget: string, period: Period, thresholdsOf: (scope: string) => readonly Amount[]): MaybeLater<void>;
  /** Keeps reservations of calls that are still under way for so many milliseconds from now. */
  renew?(id: string, claims: readonly Claim[], forMs: number): MaybeLater<void>;
  close(): MaybeLater<void>;
}
