import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The time from which on all rows are there: earlier ones were deleted, and only their sums are left. */
export const ROWS_FROM = 'rows from';

export async function rowsFrom(db: Kysely<Tables>): Promise<number> {
  const found = await db.selectFrom('facts').select('value').where('name', '=', ROWS_FROM).executeTakeFirst();
  return found === undefined ? 0 : Number(found.value);
}
