import { createRequire } from 'node:module';
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import type { Pool } from 'pg';
import { BETWEEN_ROWS, BETWEEN_VALUES, CALL_COLUMNS, COLUMN_NAMES } from '../columns.ts';
import { LedgerError } from '../errors.ts';
import type { Flavour } from '../migrations/flavour.ts';
import { migrate } from '../migrations/migrate.ts';
import { additions } from '../sums.ts';
import type { Tables } from '../tables.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { BadRows, type SqlStatement } from './store.ts';

const FLAVOUR: Flavour = {
  sequence: { type: 'bigint', define: (column) => column.generatedAlwaysAsIdentity().primaryKey() },
  integer: 'bigint',
  tableEnd: undefined,
  timestamp: (column) => sql`to_timestamp(${sql.ref(column)} / 1000.0)`,
};

/** Classes of SQLSTATE: data that does not fit a column, and constraints. */
const FAULTS_OF_ROWS: ReadonlySet<string> = new Set(['22', '23']);

/** A connected PostgreSQL database with the schema of this version. */
export class PostgresDatabase {
  readonly kysely: Kysely<Tables>;

  private constructor(pool: Pool) {
    this.kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  static async connect({ name, url, schema, options }: PostgresAddress): Promise<PostgresDatabase> {
    const { Pool } = loadDriver();
    const pool = new Pool({
      connectionString: url,
      options,
      max: 4,
      connectionTimeoutMillis: 5000,
      // A question does not keep the process from ending, nor does a connection that waits for one.
      allowExitOnIdle: true,
      application_name: 'tokenmeter',
    });
    // A connection that breaks while nobody uses it is not missed: the next use makes a new one.
    pool.on('error', () => {});
    // One that breaks while it is used says so twice: the query fails as well.
    pool.on('connect', (client) => client.on('error', () => {}));
    const database = new PostgresDatabase(pool);
    try {
      await migrate(database.kysely, FLAVOUR, schema);
      return database;
    } catch (cause) {
      await database.close();
      if (cause instanceof LedgerError) throw cause;
      throw new LedgerError(`the ledger ${name} cannot be used: ${messageOf(cause)}`, { cause });
    }
  }

  async append(rows: string): Promise<void> {
    try {
      await this.kysely.transaction().execute(async (transaction) => {
        const { rows: added } = await insert(rows).execute(transaction);
        if (added.length === 0) return;
        const which = sql<boolean>`seq = any(${added.map(({ seq }) => seq)}::bigint[])`;
        for (const addition of additions(transaction, which)) await transaction.executeQuery(addition);
      });
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      throw FAULTS_OF_ROWS.has(code.slice(0, 2)) ? new BadRows((error as Error).message) : error;
    }
  }

  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    return this.kysely.transaction().execute(async (transaction) => {
      const changes: number[] = [];
      for (const { sql: text, parameters } of statements) {
        const { numAffectedRows } = await transaction.executeQuery(CompiledQuery.raw(text, [...parameters]));
        changes.push(Number(numAffectedRows ?? 0));
      }
      return changes;
    });
  }

  /** The ids of retrieved work, the newest first. */
  async recordedWork(max: number): Promise<string[]> {
    const rows = await this.kysely
      .selectFrom('calls')
      .select('id')
      .where('id', '>=', 'work:')
      .where('id', '<', 'work;')
      .orderBy('time', 'desc')
      .limit(max)
      .execute();
    return rows.map(({ id }) => id);
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
  }
}

/** The server takes the rows apart: this thread is the app's. */
function insert(rows: string) {
  const values = COLUMN_NAMES.map((name, index) => {
    const value = sql`nullif(v[${sql.lit(index + 1)}], '')`;
    return CALL_COLUMNS[name] === 'integer' ? sql`${value}::bigint` : value;
  });
  return sql<{ seq: string }>`
    insert into calls (${sql.join(COLUMN_NAMES.map((name) => sql.ref(name)))})
    select ${sql.join(values)}
    from unnest(string_to_array(${rows}, ${BETWEEN_ROWS})) as r(line),
      lateral string_to_array(line, ${BETWEEN_VALUES}) as v
    on conflict (id) do nothing returning seq`;
}

// An optional peer, which stays in node_modules when an app is bundled.
const load = createRequire(import.meta.url);

function loadDriver(): typeof import('pg') {
  try {
    return load('pg');
  } catch (cause) {
    throw new LedgerError('a ledger in PostgreSQL needs the package pg: npm install pg', { cause });
  }
}

/** A refused connection is an error of several errors, and has no message itself. */
function messageOf(error: unknown): string {
  const { message, errors, code } = error as { message?: string; errors?: Error[]; code?: string };
  return message || errors?.map((one) => one.message).join(', ') || code || String(error);
}
