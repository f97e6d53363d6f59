import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Tables } from '../tables.ts';
import { calls } from './0001-calls.ts';
import type { Flavour } from './flavour.ts';
import { MIGRATIONS_TABLE, type MigrationName, newerSchema } from './names.ts';

const MIGRATIONS: Readonly<Record<MigrationName, (flavour: Flavour) => Migration>> = { '0001-calls': calls };

/** Brings a database, or a schema in it that it makes, to what this version needs. Several processes may do that at the same time. */
export async function migrate(db: Kysely<Tables>, flavour: Flavour, schema?: string): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, migration]) => [name, migration(flavour)]),
  );
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...(schema !== undefined && { migrationTableSchema: schema }),
    migrationTableName: MIGRATIONS_TABLE,
    migrationLockTableName: `${MIGRATIONS_TABLE}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  const unknown = unknownMigration(error);
  throw unknown === undefined ? error : newerSchema(unknown);
}

/** What Kysely says of a migration that was applied and that it does not know. */
function unknownMigration(error: unknown): string | undefined {
  return /previously executed migration (\S+) is missing/.exec((error as Error).message)?.[1];
}
