import type { StoreHost } from './host.ts';
import { type Connection, perform, type StoreTask } from './tasks.ts';

/** A database that is open in this thread: for bundles, which have no file for another one. */
export class Here implements StoreHost {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async request(task: StoreTask): Promise<unknown> {
    return perform(this.#connection, task);
  }

  requestNow(task: StoreTask): unknown {
    return perform(this.#connection, task);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
