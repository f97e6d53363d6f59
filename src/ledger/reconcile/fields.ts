import { DAY_MS } from '../tables.ts';
import type { Fields } from './types.ts';

/** CSV has numbers as text; nothing is none. */
export function amount(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function sum(fields: Fields, ...names: readonly string[]): number {
  return names.reduce((total, name) => total + (amount(fields[name]) ?? 0), 0);
}

export function dayOf(value: unknown): string | undefined {
  const time = timeOf(value);
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 10);
}

/** From when to when a bucket, or a line of CSV, is; a day where it does not say. */
export function spanOf(fields: Fields): { readonly from: number; readonly to: number } | undefined {
  const from = timeOf(fields.start_time ?? fields.starting_at ?? fields.usage_date_utc);
  const to = timeOf(fields.end_time ?? fields.ending_at);
  return from === undefined ? undefined : { from, to: to ?? from + DAY_MS };
}

/** A time in seconds, or as ISO 8601, in milliseconds. */
function timeOf(value: unknown): number | undefined {
  const seconds = amount(value);
  const time = (seconds === undefined ? new Date(String(value)) : new Date(seconds * 1000)).getTime();
  return Number.isNaN(time) ? undefined : time;
}
