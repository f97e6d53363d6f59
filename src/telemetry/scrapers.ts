import type { IncomingMessage } from 'node:http';
import timers from 'node:timers';
import type { SeriesReader } from './reader.ts';
import type { SeriesTable } from './series-table.ts';

/** One who has not come for so long has gone: nothing is kept for him. */
const GONE_AFTER_MS = 15 * 60_000;
const MAX_SCRAPERS = 100;

// Node's own: an app's tests may replace the timers.
const { setTimeout, clearTimeout } = timers;

/**
 * Those who scrape one endpoint. Two Prometheus servers, or one and a person with a browser, are told of
 * new series each by himself.
 */
export class Scrapers {
  readonly #table: SeriesTable;
  readonly #zeros: number;
  /** The one that was seen longest ago comes first. */
  readonly #known = new Map<string, { reader: SeriesReader; seenAt: number }>();
  readonly #waiting = new Set<() => void>();

  constructor(table: SeriesTable, zeros: number) {
    this.#table = table;
    this.#zeros = zeros;
  }

  /** Who is asking, by address and program. */
  recognise({ socket, headers }: IncomingMessage): SeriesReader {
    const now = performance.now();
    const id = `${socket.remoteAddress} ${headers['user-agent']}`;
    const reader = this.#known.get(id)?.reader ?? this.#table.addReader({ zeros: this.#zeros });
    this.#known.delete(id);
    this.#known.set(id, { reader, seenAt: now });
    for (const [other, { reader: gone, seenAt }] of this.#known) {
      if (this.#known.size <= MAX_SCRAPERS && now - seenAt < GONE_AFTER_MS) break;
      this.#known.delete(other);
      this.#table.removeReader(gone);
    }
    return reader;
  }

  /** Somebody was told of something. */
  told(): void {
    for (const check of this.#waiting) check();
  }

  /** Resolves when all were told of everything, at the latest after so many seconds. */
  drain(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timeout);
        this.#waiting.delete(check);
        resolve();
      };
      const check = () => {
        if (this.#known.size > 0 && this.#table.isReported) done();
      };
      const timeout = setTimeout(done, seconds * 1000);
      this.#waiting.add(check);
      check();
    });
  }
}
