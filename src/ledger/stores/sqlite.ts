import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { type StoreHost, startHost } from './host.ts';
import { LazyHost } from './lazy-host.ts';
import { loadSqlite } from './node-sqlite.ts';
import type { SqliteFileOptions } from './sqlite-file.ts';
import type { SqlStatement, Store } from './store.ts';

/** A ledger in a file: one thread writes, and another one, when there are questions, reads. */
export class SqliteStore implements Store {
  readonly name: string;
  readonly #options: SqliteFileOptions;
  readonly #writer: LazyHost;
  readonly #reader: LazyHost;
  #lookUp: StatementSync | undefined;
  #lookUpIn: DatabaseSync | undefined;

  /** @throws {LedgerError} where this version of Node has no SQLite. */
  constructor(options: SqliteFileOptions) {
    loadSqlite();
    this.#options = options;
    this.name = options.path;
    this.#writer = new LazyHost((onEnd) => start({ ...options, readOnly: false }, onEnd));
    this.#reader = new LazyHost(
      (onEnd) => start({ ...options, readOnly: true }, onEnd),
      async (host, isCurrent) => {
        if (isCurrent) return;
        await this.#writer.open();
        await host.request({ kind: 'open' }, true);
      },
    );
  }

  open(): Promise<void> {
    return this.#options.readOnly ? this.#reader.open() : this.#writer.open();
  }

  async append(rows: string): Promise<void> {
    await this.#writer.request({ kind: 'append', rows });
  }

  appendNow(rows: string): void {
    this.#writer.requestNow({ kind: 'append', rows });
  }

  has(id: string): boolean {
    try {
      this.#lookUp ??= this.#prepareLookUp();
      return this.#lookUp.get(id) !== undefined;
    } catch {
      // There is no file yet, or no table in it.
      this.#closeLookUp();
      return false;
    }
  }

  async kysely(): Promise<Kysely<Tables>> {
    const { remoteSqlite } = await import(/* webpackMode: "eager" */ './remote-kysely.ts');
    return remoteSqlite(async (statement) => {
      await this.open();
      return (await this.#reader.request({ kind: 'query', statement }, true)) as unknown[];
    });
  }

  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    return (await this.#writer.request({ kind: 'run', statements }, true)) as number[];
  }

  async close(): Promise<void> {
    this.#closeLookUp();
    await this.#reader.close();
    // Last: whoever closes a file last puts all that was written into it, and only a writer can.
    await this.#writer.close();
  }

  #prepareLookUp(): StatementSync {
    const { DatabaseSync } = loadSqlite();
    this.#lookUpIn = new DatabaseSync(this.#options.path, { readOnly: true });
    return this.#lookUpIn.prepare('select 1 from calls where id = ?');
  }

  #closeLookUp(): void {
    this.#lookUp = undefined;
    this.#lookUpIn?.close();
    this.#lookUpIn = undefined;
  }
}

function start(options: SqliteFileOptions, onEnd: () => void): StoreHost | Promise<StoreHost> {
  const connect = async () => {
    const { SqliteFile } = await import(/* webpackMode: "eager" */ './sqlite-file.ts');
    return new SqliteFile(options);
  };
  const withoutThread = 'its batches are written while the app waits';
  return startHost({ worker: 'sqlite-worker', options, connect, withoutThread }, onEnd);
}
