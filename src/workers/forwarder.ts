import timers from 'node:timers';
import type { Attributes } from '@opentelemetry/api';
import type { SettledCall } from '../calls/pipeline.ts';
import { reportFault, warnOnce } from '../report.ts';
import { type Gauges, readGauges } from '../telemetry/gauges.ts';
import type { Counting } from '../telemetry/metrics.ts';
import type { InstrumentName } from '../telemetry/names.ts';
import {
  type CallRecord,
  fromRecord,
  isOurs,
  keyOf,
  type ToPrimary,
  type ToWorker,
  toRecord,
} from './messages.ts';

/** What a worker loses at most when it is killed. */
const LONGEST_WAIT_MS = 10;
/** Calls that wait for a primary that does not read. */
const MAX_WAITING = 100_000;
/** A primary that meters has answered by then, however busy it is. */
const ANSWER_WITHIN_MS = 10_000;

const { setTimeout, clearTimeout } = timers;

/** The channel to the primary: `process`, in a worker. */
export interface Channel {
  send(message: ToPrimary, done: (error: Error | null) => void): void;
  on(event: 'message', listener: (message: unknown) => void): void;
}

/** In a worker of `node:cluster`: hands its calls to the primary, which counts those of all workers. */
export class Forwarder implements Counting {
  readonly name = 'workers';
  /** The URL at which the primary serves metrics; undefined when the primary does not meter. */
  readonly welcomed: Promise<string | undefined>;
  readonly #channel: Channel;
  #waiting: CallRecord[] = [];
  #dropped = 0;
  /** Who counts the calls. */
  #to: 'nobody yet' | 'primary' | Counting = 'nobody yet';
  readonly #gauges = new Set<Gauges>();
  /** What was counted before anybody was there to count it. */
  readonly #counted: [InstrumentName, Attributes, number][] = [];
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;

  /** @param isPrimaryOurs False where it is known to be somebody else's, who does not answer. */
  constructor(channel: Channel, { isPrimaryOurs }: { isPrimaryOurs: boolean }) {
    this.#channel = channel;
    this.welcomed = new Promise((resolve) => {
      if (!isPrimaryOurs) {
        resolve(undefined);
        return;
      }
      const giveUp = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
      channel.on('message', (message) => {
        if (!isOurs<ToWorker>(message)) return;
        if (message.type === 'tokenmeter:welcome' && this.#to === 'nobody yet') {
          clearTimeout(giveUp);
          this.#to = 'primary';
          resolve(message.url);
          for (const count of this.#counted.splice(0)) this.#tellCount(...count);
          this.#send();
        } else if (message.type === 'tokenmeter:flush') {
          void this.#answer(message.id);
        }
      });
      this.#tell({ type: 'tokenmeter:hello' });
    });
  }

  settle(call: SettledCall): void {
    if (typeof this.#to === 'object') this.#to.settle(call);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(toRecord(call));
    else this.#dropped++;
    if (this.#to === 'primary') this.#timer ??= setTimeout(() => this.#send(), LONGEST_WAIT_MS).unref();
  }

  count(metric: InstrumentName, labels: Attributes, amount = 1): void {
    if (typeof this.#to === 'object') this.#to.count(metric, labels, amount);
    else if (this.#to === 'primary') this.#tellCount(metric, labels, amount);
    else if (this.#counted.length < MAX_WAITING) this.#counted.push([metric, labels, amount]);
  }

  addGauges(gauges: Gauges): () => void {
    if (typeof this.#to === 'object') return this.#to.addGauges(gauges);
    this.#gauges.add(gauges);
    return () => this.#gauges.delete(gauges);
  }

  /** There is no primary that counts: from now on, and for what waits, somebody else does. */
  useInstead(counting: Counting): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#to = counting;
    for (const gauges of this.#gauges) counting.addGauges(gauges);
    for (const record of waiting) counting.settle(fromRecord(record));
    for (const count of this.#counted.splice(0)) counting.count(...count);
  }

  /** Sends what waits, whether or not the primary has read what was sent before. */
  flush(): void {
    this.#send(true);
  }

  #tellCount(metric: InstrumentName, labels: Attributes, amount: number): void {
    const key = keyOf(metric);
    if (key !== undefined) this.#tell({ type: 'tokenmeter:count', metric: key, labels, amount });
  }

  /** Sends all that the primary has not got. */
  async #answer(id: number): Promise<void> {
    const byMetric = await readGauges(this.#gauges, (fault) => reportFault('reading gauges', fault));
    const readings = [...byMetric.values()].flat().flatMap(({ metric, ...reading }) => {
      const key = keyOf(metric);
      return key === undefined ? [] : [{ metric: key, ...reading }];
    });
    if (readings.length > 0) this.#tell({ type: 'tokenmeter:gauges', readings });
    this.flush();
    this.#tell({ type: 'tokenmeter:flushed', id });
  }

  #send(evenIfBusy = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#to !== 'primary' || (this.#isSending && !evenIfBusy)) return;
    if (this.#waiting.length === 0) return;
    const calls = this.#waiting;
    const dropped = this.#dropped;
    this.#waiting = [];
    this.#dropped = 0;
    if (dropped > 0)
      warnOnce('workers', `the primary does not read: ${dropped} calls are not on its metrics`);
    this.#isSending = true;
    this.#tell({ type: 'tokenmeter:calls', calls, dropped }, () => {
      this.#isSending = false;
      this.#send();
    });
  }

  #tell(message: ToPrimary, done: () => void = () => {}): void {
    try {
      this.#channel.send(message, done);
    } catch (cause) {
      // The channel is closed: the primary has gone, or lets this worker go.
      warnOnce('workers', 'the primary cannot be reached: calls are not on its metrics any more', cause);
    }
  }
}
