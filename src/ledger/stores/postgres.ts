import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { type PostgresAddress, postgresAddress } from './postgres-address.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import type { SqlStatement, Store } from './store.ts';

/** Of retrieved results, the newest. */
const MAX_REMEMBERED = 500_000;

/** A ledger that several machines share. */
export class PostgresStore implements Store {
  readonly name: string;
  readonly #address: PostgresAddress;
  #database: Promise<PostgresDatabase> | undefined;
  /** Of retrieved work. A server cannot be asked without waiting, so it is asked beforehand. */
  #known = new Set<string>();

  /** @throws {ConfigError} where there cannot be a database at this URL. */
  constructor(url: string) {
    this.#address = postgresAddress(url);
    this.name = this.#address.name;
  }

  async open(): Promise<void> {
    await this.#open();
  }

  async append(rows: string): Promise<void> {
    await (await this.#open()).append(rows);
  }

  appendNow(): never {
    throw new Error(
      'a server cannot be written to in the moment of the exit: `await meter.shutdown()` before',
    );
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  async kysely(): Promise<Kysely<Tables>> {
    return (await this.#open()).kysely;
  }

  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    return (await this.#open()).run(statements);
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    this.#database = undefined;
    await database?.close();
  }

  #open(): Promise<PostgresDatabase> {
    this.#database ??= this.#connect().catch((error) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  async #connect(): Promise<PostgresDatabase> {
    const { PostgresDatabase } = await import(/* webpackMode: "eager" */ './postgres-database.ts');
    const database = await PostgresDatabase.connect(this.#address);
    this.#known = new Set(await database.recordedWork(MAX_REMEMBERED));
    return database;
  }
}
