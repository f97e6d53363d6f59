/** Where calls are put on record, and for how long. */
export interface LedgerOptions {
  /** The path of a SQLite file: for the processes of one machine. Default: `tokenmeter.db`. Needs Node >= 22.13. */
  readonly sqlite?: string | undefined;
  /**
   * The URL of a PostgreSQL database, for several machines, instead of a file: `npm install pg`. Tables are made in
   * its schema `tokenmeter`, unless the URL says `?schema=name`.
   */
  readonly postgres?: string | undefined;
  /** Seconds until a call is written, at the latest: what a killed process loses. Default: 1. */
  readonly flushSeconds?: number | undefined;
  /**
   * `always`, in a file: each call is on the disk before the app goes on, so that nothing is lost when the process is
   * killed or the power fails. It makes each call wait for the disk. Default: `normal`.
   */
  readonly fsync?: 'normal' | 'always' | undefined;
  /** Days after which calls are deleted; sums of them stay. Default: they are kept. */
  readonly keepDays?: number | undefined;
  /** Days after which the sums are deleted too. Default: they are kept. */
  readonly keepAggregatesDays?: number | undefined;
  /** How many calls may wait to be written, at about 400 bytes each. Default: 50,000. */
  readonly maxQueue?: number | undefined;
}

export const DEFAULT_LEDGER_FILE = 'tokenmeter.db';
export const DEFAULT_FLUSH_SECONDS = 1;
export const DEFAULT_MAX_QUEUE = 50_000;
