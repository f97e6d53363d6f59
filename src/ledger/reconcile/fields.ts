import type { Fields } from './types.ts';

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** CSV has numbers as text; nothing is none. */
export function amount(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function sum(fields: Fields, ...names: readonly string[]): number {
  return names.reduce((total, name) => total + (amount(fields[name]) ?? 0), 0);
}

/** Of a time in seconds, or as ISO 8601. */
export function dayOf(value: unknown): string | undefined {
  const seconds = amount(value);
  const date = seconds === undefined ? new Date(String(value)) : new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
}

export function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
