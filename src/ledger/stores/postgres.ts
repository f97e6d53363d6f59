import type { Kysely } from 'kysely';
import { BETWEEN_ROWS } from '../columns.ts';
import type { Tables } from '../tables.ts';
import { type StoreHost, startHost } from './host.ts';
import { LazyHost } from './lazy-host.ts';
import { postgresAddress } from './postgres-address.ts';
import type { PostgresOptions } from './postgres-database.ts';
import type { SqlStatement, Store } from './store.ts';
import { canHaveThread } from './thread.ts';

const WORKER = 'postgres-worker';

/** Of retrieved results, the newest; as one text, which is quick to bring here. */
const RECORDED_WORK: SqlStatement = {
  sql: `select string_agg(id, $1::text) as ids from (
    select id from calls where id >= 'work:' and id < 'work;' order by time desc limit $2
  ) as newest`,
  parameters: [BETWEEN_ROWS, 500_000],
};

/** A ledger that several machines share: a thread of its own writes and reads. */
export class PostgresStore implements Store {
  readonly name: string;
  readonly #writer: LazyHost;
  /** Of retrieved work. A server cannot be asked without waiting, so it is asked beforehand. */
  #known = new Set<string>();

  /** @throws {ConfigError} where there cannot be a database at this URL. */
  constructor(url: string, readOnly = false) {
    const address = { ...postgresAddress(url), readOnly };
    this.name = address.name;
    this.#writer = new LazyHost(
      (onEnd) => start(address, onEnd),
      async (host) => {
        const rows = await host.request({ kind: 'query', statement: RECORDED_WORK }, true);
        const [{ ids }] = rows as [{ ids: string | null }];
        this.#known = new Set(ids?.split(BETWEEN_ROWS));
      },
    );
  }

  open(): Promise<void> {
    return this.#writer.open();
  }

  async append(rows: string): Promise<void> {
    await this.#writer.request({ kind: 'append', rows });
  }

  appendNow(rows: string): void {
    if (!canHaveThread(WORKER))
      throw new Error(
        'in a bundle a server cannot be written to in the moment of the exit: `await meter.shutdown()` before',
      );
    this.#writer.requestNow({ kind: 'append', rows });
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  async kysely(): Promise<Kysely<Tables>> {
    const { remotePostgres } = await import(/* webpackMode: "eager" */ './remote-kysely.ts');
    return remotePostgres(
      async (statement) => (await this.#writer.request({ kind: 'query', statement }, true)) as unknown[],
    );
  }

  async run(statements: readonly SqlStatement[]): Promise<number[]> {
    return (await this.#writer.request({ kind: 'run', statements }, true)) as number[];
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }
}

function start(options: PostgresOptions, onEnd: () => void): StoreHost | Promise<StoreHost> {
  const connect = async () => {
    const { PostgresDatabase } = await import(/* webpackMode: "eager" */ './postgres-database.ts');
    return new PostgresDatabase(options);
  };
  const withoutThread = 'at `process.exit()` calls are lost, unless `await meter.shutdown()` comes before';
  return startHost({ worker: WORKER, options, connect, withoutThread }, onEnd);
}
