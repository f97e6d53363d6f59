import type { Cluster, Worker } from 'node:cluster';
import timers from 'node:timers';
import { reportFault, warnOnce } from '../report.ts';
import type { Gauges } from '../telemetry/gauges.ts';
import type { Counting } from '../telemetry/metrics.ts';
import { METRIC } from '../telemetry/names.ts';
import { fromRecord, type GaugeRecord, isOurs, type ToPrimary, type ToWorker } from './messages.ts';

/** A worker that is busy for longer is not waited for: its latest calls are in the next scrape. */
const FLUSH_WITHIN_MS = 500;
const MAX_LEFT = 10_000;

const { setTimeout, clearTimeout } = timers;

/** How the workers answered the last time they were asked. */
export interface WorkerCounts {
  readonly answered: number;
  readonly silent: number;
}

/** In the primary of `node:cluster`: counts the calls of all workers, those that have died included. */
export class WorkerCalls {
  readonly #cluster: Cluster;
  readonly #counting: Counting;
  readonly #url: Promise<string>;
  /** Workers that meter. */
  readonly #workers = new Set<Worker>();
  /** What each worker's gauges said the last time. */
  readonly #readings = new Map<Worker, readonly GaugeRecord[]>();
  /** What workers that have died had spent: seconds since 1970, and their last readings. */
  #left: { readonly until: number; readonly records: readonly GaugeRecord[] }[] = [];
  /** Who was asked to flush, and what to do when he has. */
  readonly #flushes = new Map<number, (worker: Worker) => void>();
  #lastFlush = 0;
  counts: WorkerCounts = { answered: 0, silent: 0 };

  constructor(cluster: Cluster, counting: Counting, url: Promise<string>) {
    this.#cluster = cluster;
    this.#counting = counting;
    this.#url = url;
    cluster.on('message', this.#receive);
    cluster.on('disconnect', this.#forget);
    cluster.on('exit', this.#forget);
    // Those that were forked before.
    for (const worker of Object.values(cluster.workers ?? {})) if (worker) this.#welcome(worker);
  }

  /** Resolves when all workers have sent what they have, or have not within a time. */
  async flush(): Promise<void> {
    const asked = new Set(this.#workers);
    const silent = await this.#ask(asked);
    this.counts = { answered: asked.size - silent.size, silent: silent.size };
    if (silent.size > 0) {
      const ids = Array.from(silent, ({ id }) => id).join(', ');
      warnOnce(
        'silent workers',
        `worker ${ids} did not answer in time: its latest calls will be in a later scrape`,
      );
    }
  }

  /** The workers' gauges, and what those that have died had spent in periods that are not over. */
  readonly gauges: Gauges = () => {
    this.#left = this.#left.filter(({ until }) => until > Date.now() / 1000);
    const records = [...this.#readings.values(), ...this.#left.map(({ records: left }) => left)].flat();
    return records.map(({ metric, labels, value }) => ({ metric: METRIC[metric], labels, value }));
  };

  stop(): void {
    this.#cluster.off('message', this.#receive);
    this.#cluster.off('disconnect', this.#forget);
    this.#cluster.off('exit', this.#forget);
  }

  #ask(workers: ReadonlySet<Worker>): Promise<Set<Worker>> {
    const silent = new Set(workers);
    if (silent.size === 0) return Promise.resolve(silent);
    const id = ++this.#lastFlush;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#flushes.delete(id);
        resolve(silent);
      };
      const timer = setTimeout(done, FLUSH_WITHIN_MS);
      this.#flushes.set(id, (worker) => {
        silent.delete(worker);
        if (silent.size === 0) done();
      });
      for (const worker of workers) this.#tell(worker, { type: 'tokenmeter:flush', id });
    });
  }

  readonly #receive = (worker: Worker, message: unknown): void => {
    if (!isOurs<ToPrimary>(message)) return;
    try {
      if (message.type === 'tokenmeter:hello') this.#welcome(worker);
      else if (message.type === 'tokenmeter:flushed') this.#flushes.get(message.id)?.(worker);
      else if (message.type === 'tokenmeter:gauges') this.#readings.set(worker, message.readings);
      else if (message.type === 'tokenmeter:count')
        this.#counting.count(METRIC[message.metric], message.labels, message.amount);
      else for (const record of message.calls) this.#counting.settle(fromRecord(record));
    } catch (fault) {
      reportFault('counting the calls of a worker', fault);
    }
  };

  readonly #forget = (worker: Worker): void => {
    this.#workers.delete(worker);
    this.#leave(this.#readings.get(worker) ?? []);
    this.#readings.delete(worker);
    for (const answered of this.#flushes.values()) answered(worker);
  };

  /** Of each budget and scope, until it begins anew. */
  #leave(records: readonly GaugeRecord[]): void {
    for (const { labels, value } of records.filter(({ metric }) => metric === 'budgetReset')) {
      const key = JSON.stringify(labels);
      const ofScope = records.filter((record) => JSON.stringify(record.labels) === key);
      if (this.#left.length < MAX_LEFT) this.#left.push({ until: value, records: ofScope });
    }
  }

  #welcome(worker: Worker): void {
    this.#workers.add(worker);
    this.#url.then(
      (url) => this.#tell(worker, { type: 'tokenmeter:welcome', url }),
      // No port, no metrics, here as elsewhere; that was reported.
      () => {},
    );
  }

  #tell(worker: Worker, message: ToWorker): void {
    if (!worker.isConnected()) return;
    worker.send(message, (error) => {
      if (error) this.#forget(worker);
    });
  }
}
