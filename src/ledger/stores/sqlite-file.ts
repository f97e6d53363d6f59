import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { BETWEEN_ROWS, BETWEEN_VALUES, CALL_COLUMNS, COLUMN_NAMES } from '../columns.ts';
import { LedgerError } from '../errors.ts';
import { isCurrent, MIGRATIONS_TABLE } from '../migrations/names.ts';
import { loadSqlite } from './node-sqlite.ts';
import { BadRows, type SqlStatement } from './store.ts';
import type { Connection } from './tasks.ts';

export interface SqliteFileOptions {
  readonly path: string;
  /** `always` waits for the disk after each batch; `normal` leaves that to SQLite's checkpoints. */
  readonly fsync: 'normal' | 'always';
  /** It only asks. Default: false. */
  readonly readOnly?: boolean;
}

/** How long a writer waits for another process to let go of the file. */
const BUSY_TIMEOUT_MS = 5000;

/** One connection to a ledger in a file. Everything but the opening is done when it returns. */
export class SqliteFile implements Connection {
  readonly #options: SqliteFileOptions;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #insert: StatementSync | undefined;
  #additions: readonly string[] = [];

  constructor(options: SqliteFileOptions) {
    const { DatabaseSync } = loadSqlite();
    this.#options = options;
    const { path, readOnly = false } = options;
    try {
      if (!readOnly) mkdirSync(dirname(path), { recursive: true });
      this.#database = readOnly ? openToRead(path) : new DatabaseSync(path);
      this.#database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    } catch (cause) {
      throw new LedgerError(`the ledger ${path} cannot be opened: ${(cause as Error).message}`, { cause });
    }
  }

  /** Resolves with whether it can be asked: one that is only read is left as it is, and may be of an older version. */
  async open(): Promise<boolean> {
    const { path, fsync, readOnly } = this.#options;
    try {
      if (readOnly) {
        if (!isCurrent(this.#migrations())) return false;
      } else {
        this.#database.exec('pragma journal_mode = wal');
        this.#database.exec(`pragma synchronous = ${fsync === 'always' ? 'full' : 'normal'}`);
        // Kysely takes long to load, and whoever only asks does without.
        const { prepareSchema } = await import(/* webpackMode: "eager" */ './sqlite-schema.ts');
        this.#additions = await prepareSchema(this.#database);
      }
      this.#database.exec('pragma temp_store = memory');
      this.#database.exec('pragma cache_size = -65536');
      return true;
    } catch (cause) {
      if (cause instanceof LedgerError) throw cause;
      throw new LedgerError(`the ledger ${path} cannot be used: ${(cause as Error).message}`, { cause });
    }
  }

  #migrations(): string[] {
    try {
      const rows = this.#database.prepare(`select name from ${MIGRATIONS_TABLE}`).all();
      return rows.map(({ name }) => String(name));
    } catch (cause) {
      if (errorCode(cause) !== SQLITE_ERROR) throw cause;
      throw new LedgerError(`${this.#options.path} is no ledger: it has other tables`);
    }
  }

  append(rows: string): void {
    this.#insert ??= this.#prepareInsert();
    this.#begin();
    try {
      let first: number | bigint | undefined;
      let last: number | bigint = 0;
      for (const row of rows.split(BETWEEN_ROWS)) {
        const { changes, lastInsertRowid } = this.#insert.run(...valuesOf(row));
        if (changes === 0) continue;
        first ??= lastInsertRowid;
        last = lastInsertRowid;
      }
      // Whoever writes is alone, so what lies between is ours.
      if (first !== undefined) for (const sql of this.#additions) this.#prepare(sql).run(first, last);
      this.#database.exec('commit');
    } catch (error) {
      this.#rollBack();
      throw isFaultOfRows(error) ? new BadRows((error as Error).message) : error;
    }
  }

  query({ sql, parameters }: SqlStatement): unknown[] {
    try {
      return this.#prepare(sql).all(...(parameters as SQLInputValue[]));
    } catch (cause) {
      throw new LedgerError(`the ledger ${this.#options.path} cannot be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  /** Returns the number of rows that each statement has changed. */
  run(statements: readonly SqlStatement[]): number[] {
    this.#begin();
    try {
      const changes = statements.map(({ sql, parameters }) =>
        Number(this.#prepare(sql).run(...(parameters as SQLInputValue[])).changes),
      );
      this.#database.exec('commit');
      return changes;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #begin(): void {
    // At once the only writer: a transaction that becomes one later may find that another was quicker.
    this.#database.exec('begin immediate');
  }

  #rollBack(): void {
    try {
      this.#database.exec('rollback');
    } catch {
      // SQLite has done that itself, as it does when the disk is full.
    }
  }

  #prepareInsert(): StatementSync {
    const names = COLUMN_NAMES.join(', ');
    const places = COLUMN_NAMES.map(() => '?').join(', ');
    return this.#database.prepare(
      `insert into calls (${names}) values (${places}) on conflict (id) do nothing`,
    );
  }

  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      // Reports come in many forms; what is written, in few.
      if (this.#statements.size >= 100) this.#statements.clear();
      statement = this.#database.prepare(text);
      statement.setReadBigInts(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/**
 * Readers of a ledger share two small files beside it, which the last one of all takes away if it may write the
 * ledger. Who may not would leave them there as his own, to be in the writer's way: he goes without, and sees the
 * ledger as it is now.
 */
function openToRead(path: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  if (mayWrite(path) && mayWrite(dirname(path))) {
    const database = new DatabaseSync(path);
    database.exec('pragma query_only = 1');
    return database;
  }
  if (existsSync(`${path}-wal`)) return new DatabaseSync(path, { readOnly: true });
  const url = pathToFileURL(resolve(path));
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true });
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of a statement: there is no such table. */
const SQLITE_ERROR = 1;
/** SQLITE_CONSTRAINT and SQLITE_MISMATCH. */
const FAULTS_OF_ROWS: ReadonlySet<number> = new Set([19, 20]);

/** What does not fit a column is found by SQLite, or, for whole numbers beyond 64 bits, by Node. */
function isFaultOfRows(error: unknown): boolean {
  return (
    FAULTS_OF_ROWS.has(errorCode(error)) || (error as { code?: unknown }).code === 'ERR_INVALID_ARG_VALUE'
  );
}

/** The primary code: the rest of the number says more of the same. */
function errorCode(error: unknown): number {
  return Number((error as { errcode?: unknown }).errcode) & 0xff;
}

const IS_INTEGER = COLUMN_NAMES.map((name) => CALL_COLUMNS[name] === 'integer');

function valuesOf(row: string): SQLInputValue[] {
  return row.split(BETWEEN_VALUES).map((value, index) => {
    if (value === '') return null;
    if (!IS_INTEGER[index]) return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  });
}
