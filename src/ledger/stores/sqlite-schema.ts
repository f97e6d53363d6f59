import type { DatabaseSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  sql,
} from 'kysely';
import type { Flavour } from '../migrations/flavour.ts';
import { migrate } from '../migrations/migrate.ts';
import { additions } from '../sums.ts';
import type { Tables } from '../tables.ts';
import { kyselyDatabase } from './kysely-sqlite.ts';

const FLAVOUR: Flavour = {
  sequence: { type: 'integer', define: (column) => column.primaryKey() },
  integer: 'integer',
  id: 'text',
  tableEnd: { keyed: sql`strict, without rowid`, counted: sql`strict` },
  timestamp: (column) => sql`strftime('%Y-%m-%d %H:%M:%f', ${sql.ref(column)} / 1000.0, 'unixepoch')`,
};

/** Kysely applies each migration without a transaction where it cannot know that there can be one. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** At once the only writer: a transaction that becomes one later fails where another was quicker. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class Dialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: kyselyDatabase(database) });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: kyselyDatabase(this.#database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** Makes what is missing, and returns the statements that add rows, from one number to another, to the sums. */
export async function prepareSchema(database: DatabaseSync): Promise<readonly string[]> {
  const kysely = new Kysely<Tables>({ dialect: new Dialect(database) });
  await migrate(kysely, FLAVOUR);
  return additions(kysely, sql<boolean>`seq between ${0} and ${0}`).map((statement) => statement.sql);
}
