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
  /** How many rows have come, and how many of them have gone again, in their order. */
  #came = 0;
  #gone = 0;
  /** Those who wait until so many rows have gone. */
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];
  #dropped = 0;
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** The store has failed, and is tried again. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(row: string): void {
    if (this.#isClosed || this.#rows.length >= this.#options.maxRows) {
      const why = this.#isClosed ? 'the ledger is closed' : 'rows come faster than they can be written';
      this.#drop(1, this.#lastError ?? new Error(why));
      return;
    }
    this.#rows.push(row);
    this.#came++;
    if (this.#writing > 0 || this.#failures > 0) return;
    if (this.#rows.length >= BATCH) this.#write();
    else this.#writeSoon();
  }

  /**
   * Resolves when all that is there now is written, or when so much time has passed. Until then the process does not
   * end.
   */
  async flush(withinMs: number): Promise<void> {
    if (this.#rows.length === 0) return;
    const until = this.#came;
    const written = new Promise<void>((resolve) => this.#waiting.push({ until, resolve }));
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, withinMs);
    });
    if (this.#writing === 0) this.#write();
    await Promise.race([written, late]);
    clearTimeout(limit);
  }

  /** Writes each row as it comes, while the app waits; but not while the store fails: then it waits like others. */
  writeNow(): void {
    if (this.#failures > 0) return;
    this.flushNow();
    if (this.#rows.length > 0) this.#retry(this.#lastError);
  }

  /** Writes all there is while the process waits, also what is being written: it may never be heard of again. */
  flushNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#rows.length > 0) {
      const batch = this.#rows.slice(0, BATCH);
      try {
        this.#appendNow(batch);
      } catch (error) {
        this.#lastError = error;
        return;
      }
      this.#writing = Math.max(0, this.#writing - batch.length);
    }
  }

  #appendNow(batch: readonly string[]): void {
    try {
      this.#options.appendNow(batch.join(BETWEEN_ROWS));
      this.#takeOut(batch.length);
    } catch (error) {
      if (!(error instanceof BadRows)) throw error;
      if (batch.length > 1) for (const row of batch) this.#appendNow([row]);
      else this.#dropFirst(error);
    }
  }

  /** Gives up what is still there; nothing is written any more. */
  giveUp(): void {
    this.#isClosed = true;
    const rows = this.#rows.length;
    this.#takeOut(rows);
    clearTimeout(this.#timer);
    if (rows > 0) this.#drop(rows, this.#lastError ?? new Error('the ledger has not answered in time'));
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#write(), this.#options.flushSeconds * 1000).unref();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isClosed || this.#rows.length === 0) return;
    const batch = this.#rows.slice(0, BATCH);
    this.#writing = batch.length;
    this.#options.append(batch.join(BETWEEN_ROWS)).then(
      () => this.#written(batch),
      (error) => (error instanceof BadRows ? this.#writeSingly(batch) : this.#retry(error)),
    );
  }

  #written(batch: readonly string[]): void {
    // Some of it may have been written and taken out by `flushNow`.
    if (this.#rows[0] === batch[0]) this.#takeOut(batch.length);
    this.#goOn();
  }

  #goOn(): void {
    this.#writing = 0;
    this.#failures = 0;
    this.#lastError = undefined;
    if (this.#rows.length >= BATCH || this.#waiting.length > 0) this.#write();
    else if (this.#rows.length > 0) this.#writeSoon();
  }

  #takeOut(rows: number): void {
    this.#rows = this.#rows.slice(rows);
    this.#gone += rows;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ until }) => until > this.#gone);
    for (const { until, resolve } of waiting) if (until <= this.#gone) resolve();
  }

  #retry(error: unknown): void {
    this.#writing = 0;
    this.#lastError = error;
    if (this.#isClosed) return;
    this.#options.onFailure(error);
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#write(), wait).unref();
  }

  /** One row is at fault; the others are not to go with it. */
  async #writeSingly(batch: readonly string[]): Promise<void> {
    for (const row of batch) {
      try {
        await this.#options.append(row);
        if (this.#rows[0] === row) this.#takeOut(1);
      } catch (error) {
        if (!(error instanceof BadRows)) {
          this.#retry(error);
          return;
        }
        if (this.#rows[0] === row) this.#dropFirst(error);
      }
    }
    this.#goOn();
  }

  #dropFirst(cause: unknown): void {
    this.#takeOut(1);
    this.#drop(1, cause);
  }

  #drop(rows: number, cause: unknown): void {
    this.#dropped += rows;
    this.#options.onDropped(rows, cause);
  }
}
