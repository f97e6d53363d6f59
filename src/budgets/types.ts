/** What a budget limits. */
export type BudgetUnit = 'usd' | 'tokens' | 'requests';

/** A budget may be kept for each value of these; together they are its scope. */
export type ScopePart = 'user' | 'team' | 'feature' | 'model' | 'provider';

/** Until it begins anew: a calendar period in the budget's time zone, or a window that moves. */
export type BudgetPeriod = 'hour' | 'day' | 'week' | 'month' | { readonly rollingSeconds: number };

/** What may be spent. At most one of the three; 0 allows nothing, none (or null) anything. */
export interface BudgetLimit {
  /** With at most 6 decimals. */
  readonly limitUsd?: number | null | undefined;
  readonly limitTokens?: number | null | undefined;
  readonly limitRequests?: number | null | undefined;
}

/** One budget, as it is declared. */
export interface Budget extends BudgetLimit {
  /** Unique. It stands on metrics, in alerts and in errors. */
  readonly name: string;
  readonly period: BudgetPeriod;
  /** An IANA name such as `Europe/Berlin`. Default: `UTC`. */
  readonly timeZone?: string | undefined;
  /** The first day of a week. Default: `monday`. */
  readonly weekStartsOn?: Weekday | undefined;
  /** For each of these there is a budget of its own. Default: none, one for all. */
  readonly per?: readonly ScopePart[] | undefined;
  /** Which calls count: a text, in which `*` stands for anything, or a list of them. Default: all. */
  readonly match?: { readonly [Part in ScopePart]?: string | readonly string[] | undefined } | undefined;
  /** Shares of the limit whose crossing is reported. Default: 0.5, 0.8 and 1. */
  readonly thresholds?: readonly number[] | undefined;
  /** `block` refuses calls that do not fit, and needs a limit or overrides. Default: `alert`. */
  readonly action?: 'alert' | 'block' | undefined;
  /**
   * What is set aside for a call that is under way: the most it can cost, so that the limit holds whatever
   * happens, or what such calls cost on average, which refuses less and may go over. Default: `maximum`.
   */
  readonly reserve?: 'maximum' | 'average' | undefined;
  /** Calls whose price is not known, against a limit in USD. Default: `allow`, and they are counted. */
  readonly unpriced?: 'allow' | 'block' | undefined;
  /**
   * Other limits for some scopes, of the same unit, or null for none: by the value of `per`, as it is, or by its
   * values in order, joined with `/`. There, and only there, a `/` of a value is written `%2F`, and a `%` that
   * `2F` or `25` follows `%25`: `search/meta-llama%2FLlama-3-70b`.
   */
  readonly overrides?: Readonly<Record<string, BudgetLimit>> | undefined;
}

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Whose budget it is: the values of `per`. */
export type Scope = Readonly<Partial<Record<ScopePart, string>>>;

/** A budget has reached a threshold, for the first time in its period. */
export interface ThresholdEvent {
  readonly budget: string;
  readonly scope: Scope;
  /** The share of the limit: 0.8. */
  readonly threshold: number;
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  /** When the budget begins anew. */
  readonly resetsAt: Date;
}

/** How much of a budget is left; safe to send as JSON. */
export interface BudgetStatus {
  readonly budget: string;
  readonly scope: Scope;
  readonly unit: BudgetUnit;
  /** Null: unlimited. */
  readonly limit: number | null;
  readonly spent: number;
  /** Set aside for calls that are under way. */
  readonly reserved: number;
  /** Null: unlimited. Not below 0. */
  readonly remaining: number | null;
  /** ISO 8601. */
  readonly resetsAt: string;
  readonly action: 'alert' | 'block';
}

/** Asks about budgets. */
export interface BudgetsView {
  /**
   * The budgets that concern somebody: those of a user, for `{ user: 'u_42' }`, and those that users share. Without
   * an argument, those that all share.
   */
  status(subject?: Scope): Promise<BudgetStatus[]>;
}

/** What the option `budgets` of `startTokenmeter` may be, beside a list or the path of a file. */
export interface BudgetOptions {
  readonly budgets?: readonly Budget[] | undefined;
  /** A YAML or JSON file with `budgets: [...]`. It is read again when it changes. */
  readonly file?: string | undefined;
  /** Where spending is kept. Default: `memory`, of this process alone. */
  readonly store?: BudgetStoreOption | undefined;
  /** What becomes of calls while the store does not answer. Default: `failOpen`, they are let through. */
  readonly onStoreFailure?: 'failOpen' | 'failClosed' | undefined;
  /** How long the store is waited for, in milliseconds. Default: 50. */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * After how long what is set aside is free again if its process died. Default: 600 seconds, as long as the
   * SDKs wait for an answer.
   */
  readonly reservationSeconds?: number | undefined;
  /** Is told of each threshold that is crossed, once per budget, scope and period. */
  readonly onThreshold?: ((event: ThresholdEvent) => unknown) | undefined;
}

export type BudgetStoreOption =
  | 'memory'
  /** The path of a file, shared by the processes of one machine. Needs Node 22.13. */
  | { readonly sqlite: string }
  /** A URL, or a connected client of the package `redis`; shared by all machines. */
  | { readonly redis: string | object };
