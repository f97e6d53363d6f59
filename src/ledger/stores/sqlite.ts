import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { warnVisibly } from '../../report.ts';
import type { Tables } from '../tables.ts';
import { loadSqlite } from './node-sqlite.ts';
import type { SqliteFileOptions } from './sqlite-file.ts';
import { canHaveThread, type SqliteHost, SqliteThread } from './sqlite-thread.ts';
import type { SqlStatement, Store } from './store.ts';

/** A ledger in a file: one thread writes, and another one, when there are questions, reads. */
export class SqliteStore implements Store {
  readonly name: string;
  readonly #options: SqliteFileOptions;
  #writer: SqliteHost | undefined;
  #opened: Promise<void> | undefined;
  #reader: Promise<SqliteHost> | undefined;
  #lookUp: StatementSync | undefined;
  #lookUpIn: DatabaseSync | undefined;

  /** @throws {LedgerError} where this version of Node has no SQLite. */
  constructor(options: SqliteFileOptions) {
    loadSqlite();
    this.#options = options;
    this.name = options.path;
  }

  async open(): Promise<void> {
    if (this.#options.readOnly) await this.#openToRead();
    else await this.#openToWrite();
  }

  async append(rows: string): Promise<void> {
    await this.#openToWrite();
    await this.#writer?.request({ kind: 'append', rows });
  }

  appendNow(rows: string): void {
    // The thread does first what it was asked first: it opens the file.
    this.#openToWrite().catch(() => {});
    if (!this.#writer) throw new Error('the ledger is not open yet');
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
    const { remoteSqlite } = await import(/* webpackMode: "eager" */ './remote-sqlite.ts');
    return remoteSqlite(async (statement) => {
      const reader = await this.#openToRead();
      return (await reader.request({ kind: 'query', statement }, true)) as unknown[];
    });
  }

  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    await this.#openToWrite();
    return (await this.#writer?.request({ kind: 'run', statements }, true)) as number[];
  }

  async close(): Promise<void> {
    this.#closeLookUp();
    const hosts = [await this.#reader?.catch(() => undefined), this.#writer];
    await Promise.all(hosts.map((host) => host?.close()));
    this.#reader = undefined;
    this.#writer = undefined;
    this.#opened = undefined;
  }

  #openToWrite(): Promise<void> {
    this.#opened ??= this.#openWriter();
    return this.#opened;
  }

  async #openToRead(): Promise<SqliteHost> {
    // Who is only asked about a ledger leaves it as it is, unless it is of an older version.
    if (!this.#options.readOnly) await this.#openToWrite();
    this.#reader ??= this.#openReader();
    return this.#reader;
  }

  async #openReader(): Promise<SqliteHost> {
    const end = () => {
      this.#reader = undefined;
    };
    const reader = await this.#start({ ...this.#options, readOnly: true }, end);
    try {
      if (await reader.request({ kind: 'open' }, true)) return reader;
      await this.#openToWrite();
      await reader.request({ kind: 'open' }, true);
      return reader;
    } catch (error) {
      end();
      await reader.close();
      throw error;
    }
  }

  #openWriter(): Promise<void> {
    const end = () => {
      this.#writer = undefined;
      this.#opened = undefined;
    };
    const open = async (writer: SqliteHost) => {
      this.#writer = writer;
      try {
        await writer.request({ kind: 'open' }, true);
      } catch (error) {
        await writer.close();
        end();
        throw error;
      }
    };
    const options = { ...this.#options, readOnly: false };
    if (canHaveThread()) return open(new SqliteThread(options, end));
    return this.#start(options, end).then(open);
  }

  async #start(options: SqliteFileOptions, onEnd: () => void): Promise<SqliteHost> {
    if (canHaveThread()) return new SqliteThread(options, onEnd);
    warnVisibly(
      'ledger thread',
      'the ledger has no thread of its own in a bundle: its batches are written while the app waits',
    );
    const { SqliteHere } = await import(/* webpackMode: "eager" */ './sqlite-here.ts');
    return new SqliteHere(options);
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
