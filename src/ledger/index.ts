export { LedgerError } from './errors.ts';
export type { Ledger } from './ledger.ts';
export { openLedger } from './open.ts';
export type { LedgerOptions } from './options.ts';
export type { CallsQuery, LedgerCall } from './reports/rows.ts';
export type { Period, TopUsersQuery } from './reports/summaries.ts';
export type {
  DailySummary,
  Dimension,
  Moment,
  TimeDimension,
  Usage as LedgerUsage,
  UsageQuery,
  UsageRow,
  Where,
} from './reports/types.ts';
