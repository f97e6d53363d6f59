import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { LedgerError } from '../errors.ts';
import type { Tables } from '../tables.ts';
import { calls } from './0001-calls.ts';
import type { Flavour } from './flavour.ts';

const TABLE = 'tokenmeter_migrations';

/** In the order in which they are applied; names sort as that order, and are never reused. */
const MIGRATIONS: Readonly<Record<string, (flavour: Flavour) => Migration>> = { '0001-calls': calls };

/** Brings a database to the schema of this version. Several processes may do that at the same time. */
export async function migrate(db: Kysely<Tables>, flavour: Flavour): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, migration]) => [name, migration(flavour)]),
  );
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  await refuseNewer(db);
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function refuseNewer(db: Kysely<Tables>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === TABLE)) return;
  const applied = await (db as unknown as Kysely<Record<string, { name: string }>>)
    .selectFrom(TABLE)
    .select('name')
    .execute();
  const unknown = applied.map(({ name }) => name).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  const newest = Object.keys(MIGRATIONS).at(-1);
  throw new LedgerError(
    `the ledger was written by a newer version of tokenmeter: it has schema ${unknown.sort().at(-1)}, and this ` +
      `version knows up to ${newest}. Update tokenmeter, or give it another ledger.`,
  );
}
