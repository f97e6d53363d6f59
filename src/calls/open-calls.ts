import timers from 'node:timers';

/** A call that was begun and is not settled. */
export interface OpenCall {
  /** Changes whenever something arrives. */
  readonly progress: number;
  /** The app waits for something of it: then it will be seen to end. */
  readonly waiting: boolean;
  /** Nobody will ever read the rest. */
  abandoned(): void;
}

interface Mark {
  readonly progress: number;
  readonly at: number;
}

// Node's own, as they are now: fake timers of the app must not settle its calls.
const { setInterval, clearInterval } = timers;
const LONGEST_TIMER = 2 ** 31 - 1;
const now = performance.now.bind(performance);

/**
 * All calls that are under way. One whose promise or stream is held, but not read, for longer than a
 * time limit is given up: what it cost must not stay unknown for ever.
 */
export class OpenCalls {
  readonly #calls = new Map<OpenCall, Mark | undefined>();
  #limitMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  set limitSeconds(seconds: number) {
    this.#limitMs = seconds * 1000;
    this.#stop();
    if (this.#calls.size > 0) this.#start();
  }

  get size(): number {
    return this.#calls.size;
  }

  add(call: OpenCall): void {
    this.#calls.set(call, undefined);
    this.#start();
  }

  delete(call: OpenCall): void {
    this.#calls.delete(call);
  }

  /** The process is about to end, or the meter: what is open now will not be seen to end. */
  settleAll(): void {
    this.#stop();
    for (const call of [...this.#calls.keys()]) call.abandoned();
  }

  #start(): void {
    this.#timer ??= setInterval(() => this.#sweep(), Math.min(this.#limitMs / 4, LONGEST_TIMER)).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const time = now();
    for (const [call, mark] of [...this.#calls]) {
      if (call.waiting || mark?.progress !== call.progress) {
        this.#calls.set(call, { progress: call.progress, at: time });
      } else if (time - mark.at >= this.#limitMs) {
        call.abandoned();
      }
    }
  }
}
