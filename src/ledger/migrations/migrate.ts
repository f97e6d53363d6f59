import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { LedgerError } from '../errors.ts';
import type { Tables } from '../tables.ts';
import { calls } from './0001-calls.ts';
import type { Flavour } from './flavour.ts';

const TABLE = 'tokenmeter_migrations';

/** In the order in which they are applied; names sort as that order, and are never reused. */
const MIGRATIONS: Readonly<Record<string, (flavour: Flavour) => Migration>> = { '0001-calls': calls };

/** Brings a database, or a schema in it that it makes, to what this version needs. Several processes may do that at the same time. */
export async function migrate(db: Kysely<Tables>, flavour: Flavour, schema?: string): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, migration]) => [name, migration(flavour)]),
  );
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...(schema !== undefined && { migrationTableSchema: schema }),
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  const newer = newerSchema(error);
  if (newer === undefined) throw error;
  throw new LedgerError(
    `the ledger was written by a newer version of tokenmeter: it has schema ${newer}, and this version knows up to ` +
      `${Object.keys(MIGRATIONS).at(-1)}. Update tokenmeter, or give it another ledger.`,
  );
}

/** What Kysely says of a migration that was applied and that it does not know. */
function newerSchema(error: unknown): string | undefined {
  return /previously executed migration (\S+) is missing/.exec((error as Error).message)?.[1];
}
