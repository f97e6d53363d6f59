import type { Meter } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import type { RecordedWork } from '../calls/deferred.ts';
import type { Sink } from '../calls/pipeline.ts';
import { beforeExit } from '../exit.ts';
import { firstLine, warnVisibly } from '../report.ts';
import { METRIC } from '../telemetry/names.ts';
import { Ledger } from './ledger.ts';
import { DEFAULT_FLUSH_SECONDS, DEFAULT_MAX_QUEUE, type LedgerOptions } from './options.ts';
import { RowQueue } from './queue.ts';
import { Recorder, recordedWork } from './recorder.ts';
import { startRetention } from './retention.ts';
import type { Store } from './stores/store.ts';

/** How long the end of the process may wait for a store that fails. */
const LAST_ATTEMPTS_MS = 5000;

/** A ledger that calls are being written to. */
export interface Recording {
  readonly ledger: Ledger;
  readonly sink: Sink;
  readonly recorded: RecordedWork;
  /** Tells how it is doing. */
  observe(meter: Meter): void;
  /** Writes what is left, and closes it. */
  shutdown(): Promise<void>;
}

/**
 * Puts calls on record from now on. A ledger that cannot be opened, or written, does not keep the app from
 * running: it is tried again, and what is lost is counted.
 */
export function startRecording(store: Store, options: LedgerOptions): Recording {
  const queue = new RowQueue({
    maxRows: options.maxQueue ?? DEFAULT_MAX_QUEUE,
    flushSeconds: options.flushSeconds ?? DEFAULT_FLUSH_SECONDS,
    append: (rows) => store.append(rows),
    appendNow: (rows) => store.appendNow(rows),
    onDropped: warnOfDrops,
    onFailure: (error) =>
      warnVisibly('ledger', `calls cannot be put on record, it is tried again: ${firstLine(error)}`),
  });
  const flush = () => queue.flush(LAST_ATTEMPTS_MS);
  const onExit = () => {
    queue.flushNow();
    if (queue.size === 0) return;
    // Nothing is heard of this any more but here.
    diag.error(`tokenmeter: ${queue.size} calls are not in the ledger ${store.name}: the process ends`);
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
    await store.close();
  };
  return {
    ledger: new Ledger(store, flush),
    sink: new Recorder(queue, { writesAtOnce: options.fsync === 'always' }),
    recorded: recordedWork((id) => store.has(id)),
    observe: (meter) => observe(meter, queue),
    shutdown() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function warnOfDrops(_: number, cause: unknown): void {
  warnVisibly(
    'ledger drops',
    `calls are NOT on record: ${firstLine(cause)}. They are counted in ${METRIC.ledgerDropped.name}.`,
  );
}

function observe(meter: Meter, queue: RowQueue): void {
  const { ledgerQueue, ledgerDropped } = METRIC;
  meter
    .createObservableGauge(ledgerQueue.name, ledgerQueue)
    .addCallback((result) => result.observe(queue.size));
  meter
    .createObservableCounter(ledgerDropped.name, ledgerDropped)
    .addCallback((result) => result.observe(queue.dropped));
}
