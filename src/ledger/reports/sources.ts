import { type RawBuilder, sql } from 'kysely';
import { SUM_COLUMNS, SUM_OF_CALL } from '../sums.ts';
import { DAY_MS, QUARTER_HOUR_MS, type SumColumn } from '../tables.ts';
import type { Span } from './spans.ts';
import type { Dimension, TimeDimension } from './types.ts';

export type KeyDimension = Exclude<Dimension, TimeDimension>;

/** A table that a report can be made from. */
export interface Source {
  readonly table: 'calls' | 'usage_by_model' | 'usage_by_user';
  readonly time: 'time' | 'bucket';
  /** The length of what one row stands for. */
  readonly stepMs: number;
  /** Columns with texts, null or empty where there is none. */
  readonly columns: Readonly<Partial<Record<KeyDimension, RawBuilder<string | null>>>>;
  readonly sums: Readonly<Record<SumColumn, RawBuilder<number>>>;
}

const asIs = Object.fromEntries(
  SUM_COLUMNS.map((name) => [name, sql.ref(name)]),
) as unknown as Source['sums'];

export const CALLS: Source = {
  table: 'calls',
  time: 'time',
  stepMs: 1,
  columns: {
    user: sql.ref('user_id'),
    team: sql.ref('team'),
    feature: sql.ref('feature'),
    provider: sql.ref('provider'),
    operation: sql.ref('operation'),
    model: sql`coalesce(response_model, request_model)`,
    requestModel: sql.ref('request_model'),
    endpoint: sql.ref('endpoint'),
    outcome: sql.ref('outcome'),
    errorType: sql.ref('error_type'),
    serviceTier: sql.ref('service_tier'),
  },
  sums: SUM_OF_CALL,
};

const BY_MODEL: Source = {
  table: 'usage_by_model',
  time: 'bucket',
  stepMs: QUARTER_HOUR_MS,
  columns: {
    team: sql.ref('team'),
    feature: sql.ref('feature'),
    provider: sql.ref('provider'),
    operation: sql.ref('operation'),
    model: sql.ref('model'),
    requestModel: sql.ref('request_model'),
  },
  sums: asIs,
};

const BY_USER: Source = {
  table: 'usage_by_user',
  time: 'bucket',
  stepMs: DAY_MS,
  columns: { user: sql.ref('user_id'), provider: sql.ref('provider'), model: sql.ref('model') },
  sums: asIs,
};

/** The table of sums that can tell these dimensions apart, if one can. */
export function sumsFor(dimensions: Iterable<KeyDimension>): Source | undefined {
  const asked = [...dimensions];
  return [BY_MODEL, BY_USER].find(({ columns }) => asked.every((dimension) => dimension in columns));
}

/**
 * Which part of each span a table of sums can answer, and which the rows must: sums stand for whole steps.
 * Where rows are deleted, a step of which the beginning lies in the span counts as a part of it.
 */
export function divide(
  spans: readonly Span[],
  { stepMs }: Source,
  rowsFrom: number,
): { fromSums: Span[]; fromRows: Span[] } {
  const fromSums: Span[] = [];
  const fromRows: Span[] = [];
  for (const { label, from, to } of spans) {
    const first = Math.ceil(from / stepMs) * stepMs;
    const last = Math.max(Math.floor(to / stepMs) * stepMs, Math.min(to, rowsFrom));
    if (first >= last) {
      add(fromRows, label, Math.max(from, rowsFrom), to);
      continue;
    }
    add(fromRows, label, Math.max(from, rowsFrom), first);
    add(fromSums, label, first, last);
    add(fromRows, label, last, to);
  }
  return { fromSums, fromRows };
}

function add(spans: Span[], label: string, from: number, to: number): void {
  if (from < to) spans.push({ label, from, to });
}
