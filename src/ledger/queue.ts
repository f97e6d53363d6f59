import timers from 'node:timers';
import { BETWEEN_ROWS } from './columns.ts';
import { BadRows } from './stores/store.ts';

// Node's own, as they are now: an app's fake timers must not stop what is written.
const { setTimeout, clearTimeout } = timers;

/** Rows that are written together. */
const BATCH = 1000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

export interface QueueOptions {
  readonly maxRows: number;
  readonly flushSeconds: number;
  append(rows: string): Promise<void>;
  /** While the whole process waits. */
  appendNow(rows: string): void;
  /** Rows are lost: there was no room, or they cannot be written. */
  onDropped(rows: number, cause: unknown): void;
  /** A batch could not be written, and will be tried again. */
  onFailure(error: unknown): void;
}

/**
 * Rows on their way to the store. Bounded, and never in the way of whoever adds one: while the store fails,
 * rows wait and are tried again, and what finds no room is dropped and counted.
 */
export class RowQueue {
  readonly #options: QueueOptions;
  /** The first `#writing` of them are being written. */
  #rows: string[] = [];
  #writing = 0;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #lastError: unknown;
  /** Those who wait for a moment at which all is written, or cannot be. */
  #idle: (() => void)[] = [];
  #dropped = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rows.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(row: string): void {
    if (this.#rows.length >= this.#options.maxRows) {
      this.#drop(1, this.#lastError ?? new Error('rows come faster than they can be written'));
      return;
    }
    this.#rows.push(row);
    if (this.#writing > 0 || this.#failures > 0) return;
    if (this.#rows.length >= BATCH) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), this.#options.flushSeconds * 1000).unref();
  }

  /** Resolves when all is written, or when so much time has passed. Until then the process does not end. */
  async flush(withinMs: number): Promise<void> {
    if (this.#rows.length === 0) return;
    const written = new Promise<void>((resolve) => this.#idle.push(resolve));
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, withinMs);
    });
    if (this.#writing === 0) this.#write();
    await Promise.race([written, late]);
    clearTimeout(limit);
  }

  /** Writes all there is while the process waits, also what is being written: it may never be heard of again. */
  flushNow(): void {
    while (this.#rows.length > 0) {
      const batch = this.#rows.slice(0, BATCH);
      try {
        this.#options.appendNow(batch.join(BETWEEN_ROWS));
      } catch (error) {
        this.#lastError = error;
        return;
      }
      this.#rows = this.#rows.slice(batch.length);
      this.#writing = Math.max(0, this.#writing - batch.length);
    }
  }

  /** Gives up what is still there. */
  giveUp(): void {
    const rows = this.#rows.length;
    this.#rows = [];
    clearTimeout(this.#timer);
    if (rows > 0) this.#drop(rows, this.#lastError ?? new Error('the ledger has not answered in time'));
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#rows.slice(0, BATCH);
    this.#writing = batch.length;
    this.#options.append(batch.join(BETWEEN_ROWS)).then(
      () => this.#written(batch),
      (error) => (error instanceof BadRows ? this.#writeSingly(batch) : this.#retry(error)),
    );
  }

  #written(batch: readonly string[]): void {
    // Some of it may have been written and taken out by `flushNow`.
    if (this.#rows[0] === batch[0]) this.#rows = this.#rows.slice(batch.length);
    this.#writing = 0;
    this.#failures = 0;
    this.#lastError = undefined;
    if (this.#rows.length > 0) {
      this.#write();
      return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #retry(error: unknown): void {
    this.#writing = 0;
    this.#lastError = error;
    this.#options.onFailure(error);
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#write(), wait).unref();
  }

  /** One row is at fault; the others are not to go with it. */
  async #writeSingly(batch: readonly string[]): Promise<void> {
    for (const row of batch) {
      try {
        await this.#options.append(row);
      } catch (error) {
        if (error instanceof BadRows) {
          this.#drop(1, error);
          continue;
        }
        this.#retry(error);
        return;
      }
    }
    this.#written(batch);
  }

  #drop(rows: number, cause: unknown): void {
    this.#dropped += rows;
    this.#options.onDropped(rows, cause);
  }
}
