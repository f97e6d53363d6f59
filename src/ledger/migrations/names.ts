import { LedgerError } from '../errors.ts';

export const MIGRATIONS_TABLE = 'tokenmeter_migrations';

/** In the order in which they are applied; names sort as that order, and are never reused. */
export const MIGRATION_NAMES = ['0001-calls'] as const;
export type MigrationName = (typeof MIGRATION_NAMES)[number];

/**
 * Whether a database with these migrations is as this version needs it.
 *
 * @throws {LedgerError} where it is newer.
 */
export function isCurrent(applied: readonly string[]): boolean {
  const newer = applied.find((name) => !MIGRATION_NAMES.includes(name as MigrationName));
  if (newer !== undefined) throw newerSchema(newer);
  return MIGRATION_NAMES.every((name) => applied.includes(name));
}

export function newerSchema(name: string): LedgerError {
  return new LedgerError(
    `the ledger was written by a newer version of tokenmeter: it has schema ${name}, and this version knows up to ` +
      `${MIGRATION_NAMES.at(-1)}. Update tokenmeter, or give it another ledger.`,
  );
}
