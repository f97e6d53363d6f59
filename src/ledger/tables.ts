import type { ColumnType } from 'kysely';
import type { CALL_COLUMNS, CallColumn } from './columns.ts';

/** SQLite brings integers as bigint, PostgreSQL as text: `toNumber` and `toBigInt` read both. */
export type Integer = ColumnType<number | bigint | string, number | bigint, number | bigint>;

type ValueOf<K> = K extends 'integer' ? Integer : string;

export type CallsTable = {
  [C in CallColumn]: C extends 'id' | 'time' | 'provider' | 'price_list' | 'operation' | 'outcome'
    ? ValueOf<(typeof CALL_COLUMNS)[C]>
    : ValueOf<(typeof CALL_COLUMNS)[C]> | null;
} & { seq: ColumnType<number | bigint | string, never, never> };

/** Sums over calls. Texts that a call does not have are empty here: a key has no nulls. */
interface Sums {
  calls: Integer;
  requests: Integer;
  errors: Integer;
  aborted: Integer;
  input_tokens: Integer;
  cache_read_tokens: Integer;
  cache_write_tokens: Integer;
  output_tokens: Integer;
  reasoning_tokens: Integer;
  cost_pico_usd: Integer;
  unpriced: Integer;
  unmetered: Integer;
  estimated: Integer;
  latency_ms: Integer;
  timed: Integer;
}

export type SumColumn = keyof Sums;

/** What a row of sums stands for. */
export const QUARTER_HOUR_MS = 900_000;
export const DAY_MS = 86_400_000;

/** By quarters of an hour, of which the days of all time zones are made. */
export interface UsageByModelTable extends Sums {
  bucket: Integer;
  provider: string;
  operation: string;
  model: string;
  request_model: string;
  team: string;
  feature: string;
}

/** By days of UTC. */
export interface UsageByUserTable extends Sums {
  bucket: Integer;
  user_id: string;
  provider: string;
  model: string;
}

/** What the ledger knows of itself. */
interface FactsTable {
  name: string;
  value: string;
}

export interface Tables {
  calls: CallsTable;
  usage_by_model: UsageByModelTable;
  usage_by_user: UsageByUserTable;
  facts: FactsTable;
}

export function toNumber(value: number | bigint | string | null | undefined): number {
  return value === null || value === undefined ? 0 : Number(value);
}

export function toBigInt(value: number | bigint | string | null | undefined): bigint {
  return value === null || value === undefined ? 0n : BigInt(value);
}
