import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TokenmeterError } from '../../errors.ts';
import { nodeSqlite } from '../../sqlite.ts';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE sums (
    budget TEXT NOT NULL, start INTEGER NOT NULL, scope TEXT NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL,
    PRIMARY KEY (budget, start, scope)
  ) WITHOUT ROWID;
  CREATE TABLE reservations (
    id TEXT NOT NULL, budget TEXT NOT NULL, start INTEGER NOT NULL, scope TEXT NOT NULL,
    amount INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (id, budget, start, scope)
  ) WITHOUT ROWID;
  CREATE INDEX reservations_by_end ON reservations (expires);
  CREATE INDEX sums_by_spent ON sums (budget, start, spent);
  CREATE INDEX sums_by_end ON sums (until);
  CREATE TABLE settled (id TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX settled_by_time ON settled (at);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const OPEN_WITHIN_MS = 2000;

/** The file of a SQLite store, with its tables. Whole numbers are read as bigints. */
export class SqliteFile {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, timeoutMs: number) {
    const { DatabaseSync } = loadSqlite();
    this.#db = new DatabaseSync(path, { open: false });
    try {
      this.#db.open();
      // Another process may open it just now.
      this.#waitForOthers(OPEN_WITHIN_MS);
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.inTransaction(() => this.#migrate(path));
      // Others that write are waited for, as long as a call may wait.
      this.#waitForOthers(timeoutMs);
    } catch (cause) {
      if (this.#db.isOpen) this.#db.close();
      if (cause instanceof TokenmeterError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TokenmeterError(`budgets cannot be kept in ${path}: ${why}`, { cause });
    }
  }

  close(): void {
    this.#db.close();
  }

  inTransaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  run(sql: string, ...values: (string | number | bigint)[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  all(sql: string, ...values: (string | number | bigint)[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #waitForOthers(milliseconds: number): void {
    this.#db.exec(`PRAGMA busy_timeout = ${Math.max(1, Math.round(milliseconds))}`);
  }

  #migrate(path: string): void {
    const [row] = this.all('PRAGMA user_version');
    const version = Number(row?.user_version ?? 0n);
    if (version === 0) this.#db.exec(SCHEMA);
    else if (version > SCHEMA_VERSION) {
      throw new TokenmeterError(
        `${path} was made by a newer tokenmeter (schema ${version}, this one knows ${SCHEMA_VERSION}): update it, or use another file`,
      );
    }
  }
}

function loadSqlite() {
  const sqlite = nodeSqlite();
  if (sqlite) return sqlite;
  throw new TokenmeterError(
    `a SQLite store needs Node 22.13 or newer, this is ${process.version}: use the store "memory" or Redis`,
  );
}
