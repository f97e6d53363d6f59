/** A moment, or a day such as `2026-07-01` in the time zone of the query. */
export type Moment = Date | string;

export type TimeDimension = 'hour' | 'day' | 'month';
export type Dimension =
  | TimeDimension
  | 'user'
  | 'team'
  | 'feature'
  | 'provider'
  | 'operation'
  /** The model that answered, else the one that was asked for. */
  | 'model'
  | 'requestModel'
  | 'endpoint'
  | 'outcome'
  | 'errorType'
  | 'serviceTier';

export type Where = Partial<Record<Exclude<Dimension, TimeDimension>, string | readonly string[] | null>>;

export interface UsageQuery<D extends Dimension = Dimension> {
  /** Inclusive. Default: the beginning of the ledger. */
  readonly from?: Moment | undefined;
  /** Exclusive; a day such as `2026-07-31` is meant as a whole. Default: the end. */
  readonly to?: Moment | undefined;
  /** What the sums are by; nothing for one sum over all. */
  readonly by?: readonly D[] | undefined;
  /** Only calls with these values; `null` for calls without one, a list for any of several. */
  readonly where?: Where | undefined;
  /** An IANA name, in which days and hours are meant: `Europe/Berlin`. Default: `UTC`. */
  readonly timeZone?: string | undefined;
  /** Default: in the order of `by`. */
  readonly orderBy?: 'cost' | 'tokens' | 'requests' | undefined;
  readonly limit?: number | undefined;
}

/** Sums over calls. */
export interface Usage {
  /** Requests to models: a batch stands for many. */
  readonly requests: number;
  /** Rows of the ledger. */
  readonly calls: number;
  readonly errors: number;
  readonly aborted: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
  readonly costUsd: number;
  /** The same, exactly, in 1e-12 dollars. */
  readonly picoUsd: bigint;
  /** Calls with usage and without a known price: what they cost is not in the sum. */
  readonly unpriced: number;
  /** Calls without usage, or with one that is not complete. */
  readonly unmetered: number;
  readonly estimated: number;
  /** Calls whose time is known: of batches, nobody saw it pass. */
  readonly timed: number;
  /** Undefined where no call's time is known. */
  readonly averageLatencyMs: number | undefined;
}

/** Sums, and what they are by: `undefined` where calls have no such value. */
export type UsageRow<D extends Dimension = Dimension> = Usage & {
  readonly [K in D]: string | (K extends TimeDimension ? never : undefined);
};

export interface DailySummary {
  readonly date: string;
  readonly timeZone: string;
  readonly models: readonly UsageRow<'provider' | 'model'>[];
  readonly total: Usage;
  /** Where a budget is given. */
  readonly budget:
    | { readonly usd: number; readonly remainingUsd: number; readonly usedShare: number }
    | undefined;
}
