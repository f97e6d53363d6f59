import timers from 'node:timers';
import type { RecordedWork } from '../calls/deferred.ts';
import type { Sink } from '../calls/pipeline.ts';
import { beforeExit } from '../exit.ts';
import { firstLine, warnAtExit, warnVisibly } from '../report.ts';
import type { Counting, Reporter } from '../telemetry/metrics.ts';
import { METRIC } from '../telemetry/names.ts';
import { Ledger } from './ledger.ts';
import { DEFAULT_FLUSH_SECONDS, DEFAULT_MAX_QUEUE, type LedgerOptions } from './options.ts';
import { RowQueue } from './queue.ts';
import { Recorder, recordedWork } from './recorder.ts';
import { startRetention } from './retention.ts';
import type { Store } from './stores/store.ts';

const TELL_AFTER_MS = 1000;
/** How long the end of the process may wait for a store that fails. */
const LAST_ATTEMPTS_MS = 5000;

const { setTimeout, clearTimeout } = timers;

/** A ledger that calls are being written to. */
export interface Recording extends Reporter {
  readonly ledger: Ledger;
  readonly sink: Sink;
  readonly recorded: RecordedWork;
  /** Writes what is left, and closes it. */
  shutdown(): Promise<void>;
}

/**
 * Puts calls on record from now on. A ledger that cannot be opened, or written, does not keep the app from
 * running: it is tried again, and what is lost is counted.
 */
export function startRecording(store: Store, options: LedgerOptions): Recording {
  const drops = new Drops();
  const queue = new RowQueue({
    maxRows: options.maxQueue ?? DEFAULT_MAX_QUEUE,
    flushSeconds: options.flushSeconds ?? DEFAULT_FLUSH_SECONDS,
    append: (rows) => store.append(rows),
    appendNow: (rows) => store.appendNow(rows),
    onDropped(rows, cause) {
      drops.add(rows);
      warnOfDrops(cause);
    },
    onFailure: (error) =>
      warnVisibly('ledger', `calls cannot be put on record, it is tried again: ${firstLine(error)}`),
  });
  const flush = () => queue.flush(LAST_ATTEMPTS_MS);
  const onExit = () => {
    queue.flushNow();
    if (queue.size === 0) return;
    // Nothing is heard of this any more but here.
    warnAtExit(`${queue.size} calls are not in the ledger ${store.name}: the process ends`);
  };
  const cancelFlush = beforeExit(flush);
  process.on('exit', onExit);
  store
    .open()
    .catch((error) => warnVisibly('ledger open', `no calls are on record yet: ${firstLine(error)}`));
  const stopRetention = startRetention(store, options);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopRetention();
    cancelFlush();
    await flush();
    process.off('exit', onExit);
    queue.giveUp();
    drops.tell();
    await store.close();
  };
  return {
    // What waits for a store that fails is not there: a question is not to wait for it.
    ledger: new Ledger(store, async () => (queue.isFailing ? undefined : flush())),
    sink: new Recorder(queue, { writesAtOnce: options.fsync === 'always' }),
    recorded: recordedWork((id) => store.has(id)),
    showOn(counting) {
      for (const one of counting)
        one.addGauges(() => [{ metric: METRIC.ledgerQueue, labels: {}, value: queue.size }]);
      drops.showOn(counting);
    },
    shutdown() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function warnOfDrops(cause: unknown): void {
  warnVisibly(
    'ledger drops',
    `calls are NOT on record: ${firstLine(cause)}. They are counted in ${METRIC.ledgerDropped.name}.`,
  );
}

/** Rows that are not on record. There may be thousands in a second, and each is told to a primary: so they are told together. */
class Drops implements Reporter {
  #untold = 0;
  #counting: readonly Counting[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(rows: number): void {
    this.#untold += rows;
    this.#timer ??= setTimeout(() => this.tell(), TELL_AFTER_MS).unref();
  }

  showOn(counting: readonly Counting[]): void {
    this.#counting = counting;
    // There from the beginning: of a counter that begins with what it counts, nobody sees it grow.
    for (const one of counting) one.count(METRIC.ledgerDropped, {}, 0);
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#untold > 0)
      for (const counting of this.#counting) counting.count(METRIC.ledgerDropped, {}, this.#untold);
    this.#untold = 0;
  }
}
