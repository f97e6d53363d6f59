import timers from 'node:timers';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
import { warnOnce } from '../report.ts';
import { type CallRecord, fromRecord, isOurs, type ToPrimary, type ToWorker, toRecord } from './messages.ts';

/** What a worker loses at most when it is killed. */
const LONGEST_WAIT_MS = 10;
/** Calls that wait for a primary that does not read. */
const MAX_WAITING = 100_000;
/** A primary that meters has answered by then. */
const ANSWER_WITHIN_MS = 1000;

const { setTimeout, clearTimeout } = timers;

/** The channel to the primary: `process`, in a worker. */
export interface Channel {
  send(message: ToPrimary, done: (error: Error | null) => void): void;
  on(event: 'message', listener: (message: unknown) => void): void;
}

/** In a worker of `node:cluster`: hands its calls to the primary, which counts those of all workers. */
export class Forwarder implements Sink {
  readonly name = 'workers';
  /** The URL at which the primary serves metrics; undefined when the primary does not meter. */
  readonly welcomed: Promise<string | undefined>;
  readonly #channel: Channel;
  #waiting: CallRecord[] = [];
  #dropped = 0;
  /** Who counts the calls. */
  #to: 'nobody yet' | 'primary' | Sink = 'nobody yet';
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
          this.#send();
        } else if (message.type === 'tokenmeter:flush') {
          this.flush();
          this.#tell({ type: 'tokenmeter:flushed', id: message.id });
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

  /** There is no primary that counts: from now on, and for what waits, somebody else does. */
  useInstead(sink: Sink): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#to = sink;
    for (const record of waiting) sink.settle(fromRecord(record));
  }

  /** Sends what waits, whether or not the primary has read what was sent before. */
  flush(): void {
    this.#send(true);
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
