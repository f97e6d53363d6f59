import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from '../tables.ts';
import type { SqlStatement } from './store.ts';

type Ask = (statement: SqlStatement) => Promise<unknown[]>;

type Language = Omit<Dialect, 'createDriver'>;

const SQLITE: Language = {
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

const POSTGRES: Language = {
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

export function remoteSqlite(ask: Ask): Kysely<Tables> {
  return remote(SQLITE, ask);
}

export function remotePostgres(ask: Ask): Kysely<Tables> {
  return remote(POSTGRES, ask);
}

/** Kysely for questions that somebody else asks the database. */
function remote(language: Language, ask: Ask): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: { ...language, createDriver: () => new RemoteDriver(ask) } });
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
