import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { BETWEEN_ROWS, BETWEEN_VALUES, CALL_COLUMNS, COLUMN_NAMES } from '../columns.ts';
import { LedgerError } from '../errors.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { BadRows, type SqlStatement } from './store.ts';
import type { Connection } from './tasks.ts';

const CONNECTING_MS = 5000;
/** A server that says nothing for so long has gone: rows are written again, on another connection. */
const ANSWERING_MS = 3000;
/** Questions, and large changes, may take long. */
const ASKING_MS = 300_000;
const CLOSING_MS = 1000;
/** Each time somebody else was quicker, so it went on somewhere. */
const MAX_RETRIES = 20;

/** Classes of SQLSTATE: data that does not fit a column, and constraints. */
const FAULTS_OF_ROWS: ReadonlySet<string> = new Set(['22', '23']);
/** SQLSTATE: somebody else has changed the same rows, or waits for ours. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

export interface PostgresOptions extends PostgresAddress {
  /** It only asks: nothing is made where there is nothing. */
  readonly readOnly: boolean;
}

type Ask = (text: string, values?: readonly unknown[]) => Promise<QueryResult>;

/** The connections to a ledger in PostgreSQL. One that fails, or falls silent, is given up; others follow. */
export class PostgresDatabase implements Connection {
  readonly #options: PostgresOptions;
  readonly #pool: Pool;
  readonly #busy = new Set<PoolClient>();
  #additions: readonly string[] = [];

  constructor(options: PostgresOptions) {
    const { Pool } = loadDriver();
    this.#options = options;
    this.#pool = new Pool({
      connectionString: options.url,
      options: options.options,
      max: 4,
      connectionTimeoutMillis: CONNECTING_MS,
      keepAlive: true,
      statement_timeout: ASKING_MS,
      // Whoever has gone lets go of its rows.
      idle_in_transaction_session_timeout: ANSWERING_MS,
      // A connection that waits for a question does not keep the process from ending.
      allowExitOnIdle: true,
      application_name: 'tokenmeter',
    });
    // A connection that breaks while nobody uses it is not missed: the next use makes a new one.
    this.#pool.on('error', () => {});
    // One that breaks while it is used says so twice: the query fails as well.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  async open(): Promise<boolean> {
    const { prepareSchema } = await import(/* webpackMode: "eager" */ './postgres-schema.ts');
    this.#additions = await this.#use((client) => prepareSchema(client, this.#options));
    return true;
  }

  async append(rows: string): Promise<void> {
    try {
      await this.#transaction('begin', ANSWERING_MS, async (ask) => {
        const { rows: added } = await ask(INSERT, [rows, BETWEEN_ROWS, BETWEEN_VALUES]);
        if (added.length === 0) return;
        const numbers = added.map(({ seq }) => seq);
        for (const addition of this.#additions) await ask(addition, [numbers]);
      });
    } catch (error) {
      const { message, cause } = error as Error;
      throw FAULTS_OF_ROWS.has(sqlState(cause).slice(0, 2)) ? new BadRows(message) : error;
    }
  }

  async query({ sql, parameters }: SqlStatement): Promise<unknown[]> {
    return this.#use(async (client) => {
      // Whether anybody is there is known sooner than the answer.
      await asking(client, ANSWERING_MS)('select 1');
      const { rows } = await asking(client, ASKING_MS)(sql, parameters);
      return rows;
    });
  }

  /**
   * All statements see the same rows: what is taken out of the sums, changed and added again is the same. Where
   * somebody else has changed them meanwhile, all is done again.
   */
  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    for (let retries = 0; ; retries++) {
      try {
        return await this.#transaction('begin isolation level repeatable read', ASKING_MS, async (ask) => {
          // Before it sees anything: whoever adds to the sums waits, and does not change what it sees.
          if (statements.some(({ sql }) => CHANGES_SUMS.test(sql))) await ask(LOCK_SUMS);
          const changes: number[] = [];
          for (const { sql, parameters } of statements)
            changes.push((await ask(sql, parameters)).rowCount ?? 0);
          return changes;
        });
      } catch (error) {
        if (retries === MAX_RETRIES || !CONFLICTS.has(sqlState((error as Error).cause))) throw error;
      }
    }
  }

  /** Those who are still waiting are left alone with it after a while. */
  async close(): Promise<void> {
    await Promise.race([this.#pool.end(), pause(CLOSING_MS, undefined, { ref: false })]);
    for (const client of this.#busy) client.end().catch(() => {});
  }

  #transaction<T>(begin: string, longestMs: number, work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#use(async (client) => {
      const ask = asking(client, longestMs);
      await asking(client, ANSWERING_MS)(begin);
      const result = await work(ask);
      await ask('commit');
      return result;
    });
  }

  /** A client whose work has failed is not used again: it may be in a transaction, or wait for an answer. */
  async #use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      this.#busy.add(client);
      const result = await work(client);
      this.#release(client, false);
      return result;
    } catch (cause) {
      if (client) this.#release(client, true);
      if (cause instanceof LedgerError) throw cause;
      const { name } = this.#options;
      throw new LedgerError(`the ledger ${name} cannot be used: ${messageOf(cause)}`, { cause });
    }
  }

  #release(client: PoolClient, isBroken: boolean): void {
    this.#busy.delete(client);
    client.release(isBroken);
  }
}

const CHANGES_SUMS = /^insert into "?usage_by_/;
const LOCK_SUMS = 'lock table usage_by_model, usage_by_user in share row exclusive mode';

function asking(client: PoolClient, longestMs: number): Ask {
  return (text, values = []) => {
    const query = { text, values: [...values], query_timeout: longestMs };
    return client.query(query);
  };
}

/** The server takes the rows apart. */
const INSERT = `insert into calls (${COLUMN_NAMES.join(', ')})
  select ${COLUMN_NAMES.map((name, index) => {
    const value = `nullif(v[${index + 1}], '')`;
    return CALL_COLUMNS[name] === 'integer' ? `${value}::bigint` : value;
  }).join(', ')}
  from unnest(string_to_array($1, $2)) as r(line), lateral string_to_array(line, $3) as v
  on conflict (id) do nothing returning seq`;

// An optional peer, which stays in node_modules when an app is bundled.
const load = createRequire(import.meta.url);

function loadDriver(): typeof import('pg') {
  try {
    return load('pg');
  } catch (cause) {
    throw new LedgerError('a ledger in PostgreSQL needs the package pg: npm install pg', { cause });
  }
}

function sqlState(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code);
}

/** A refused connection is an error of several errors, and has no message itself. */
function messageOf(error: unknown): string {
  const { message, errors, code } = error as { message?: string; errors?: Error[]; code?: string };
  return message || errors?.map((one) => one.message).join(', ') || code || String(error);
}
