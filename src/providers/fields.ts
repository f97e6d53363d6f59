/** Reading of answers that may have any shape: nothing here throws on missing or wrong parts. */

export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = Object.freeze({});

/** The object itself, or an empty one when the value is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : NONE;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Tokens, characters or seconds of one call: none takes more. */
export const MOST_OF_A_CALL = 1e9;

/**
 * A count: a missing one is 0, one that cannot be true (negative, fractional, not a number, more than there
 * can be) is NaN, which every sum it enters carries on.
 */
export function count(value: unknown, most = MOST_OF_A_CALL): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most
    ? number
    : Number.NaN;
}

/** What names a tier, a speed or a region. Something else than a name is `invalid`, for which nothing has a price. */
export function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : 'invalid';
}

export function textsOf(values: unknown, field: string): string[] {
  if (!Array.isArray(values)) return [];
  return values.map((value) => text(fieldsOf(value)[field])).filter((found) => found !== undefined);
}
