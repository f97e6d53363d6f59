import { SqliteFile, type SqliteFileOptions } from './sqlite-file.ts';
import { perform, type SqliteTask } from './sqlite-messages.ts';
import type { SqliteHost } from './sqlite-thread.ts';

/** A file that is open in this thread: for bundles, which have no file for another one. */
export class SqliteHere implements SqliteHost {
  readonly #file: SqliteFile;

  constructor(options: SqliteFileOptions) {
    this.#file = new SqliteFile(options);
  }

  async request(task: SqliteTask): Promise<unknown> {
    return perform(this.#file, task);
  }

  requestNow(task: SqliteTask): unknown {
    return perform(this.#file, task);
  }

  async close(): Promise<void> {
    this.#file.close();
  }
}
