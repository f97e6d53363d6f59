import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from '../tables.ts';
import type { SqlStatement } from './store.ts';

type Ask = (statement: SqlStatement) => Promise<unknown[]>;

/** Kysely for questions that somebody else asks the database. */
export function remoteSqlite(ask: Ask): Kysely<Tables> {
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new RemoteDriver(ask),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return new Kysely<Tables>({ dialect });
}

class RemoteDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(ask: Ask) {
    this.#connection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery) {
        return { rows: (await ask({ sql, parameters })) as R[] };
      },
      // biome-ignore lint/correctness/useYield: large results are asked for in pages
      async *streamQuery() {
        throw new Error('this connection has no streams');
      },
    };
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('this connection is for questions: Store.run changes what is there');
  }

  async init(): Promise<void> {}
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}
