import { type LossObserver, whenLost } from './lost.ts';
import type { CallObserver, LineDecoder, Stream } from './types.ts';

/** Whether a parsed body is the SDK's `Stream`. */
export function isStream(value: unknown): value is Stream {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Stream).iterator === 'function' &&
    Symbol.asyncIterator in value
  );
}

/**
 * Observes a stream through its iterator, which all ways of reading it share: `for await`, `tee()`,
 * `toReadableStream()` and the SDKs' helpers. The stream and the iterator stay the objects they are.
 */
export function observeStream(stream: Stream, call: CallObserver): void {
  const { iterator: events, controller } = stream;
  const reading = new Reading(call, controller);
  reading.holders.add(stream);
  stream.iterator = function iterator(this: Stream) {
    return observeIterator(events.call(this), reading);
  };
}

/** Whether a value is the SDK's reader of a body with one JSON text a line. */
export function isLineDecoder(value: unknown): value is LineDecoder {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as LineDecoder).decoder === 'function' &&
    Symbol.asyncIterator in value
  );
}

/** Observes such a body as a stream of its lines. */
export function observeLines(lines: LineDecoder, call: CallObserver): void {
  const { decoder: events, controller } = lines;
  const reading = new Reading(call, controller);
  reading.holders.add(lines);
  lines.decoder = function decoder(this: LineDecoder) {
    return observeIterator(events.call(this), reading);
  };
}

/** The app's reading of one stream. */
class Reading {
  readonly call: CallObserver;
  readonly holders: Holders;
  /** How many results the app waits for. */
  #pending = 0;
  readonly #signal: AbortSignal | undefined;

  constructor(call: CallObserver, controller: AbortController | undefined) {
    this.call = call;
    this.holders = new Holders(call);
    this.#signal = controller?.signal;
    this.#signal?.addEventListener('abort', this.#aborted);
    call.streaming();
  }

  /** The app asks for a result. */
  waits(): void {
    this.#pending++;
    this.call.waits();
  }

  waited(): void {
    this.#pending--;
    this.call.waited();
  }

  ended(): void {
    this.call.ended(this.#signal?.aborted === true);
    this.#finish();
  }

  closed(): void {
    this.call.closed();
    this.#finish();
  }

  failed(error: unknown): void {
    this.call.failed(error);
    this.#finish();
  }

  // Who waits for a result learns of the end from that; the SDK aborts after an error too.
  readonly #aborted = (): void => {
    if (this.#pending === 0) this.closed();
  };

  #finish(): void {
    this.holders.finished = true;
    this.#signal?.removeEventListener('abort', this.#aborted);
  }
}

/**
 * What the app holds and could read a stream through: the stream, and the iterators that it made of it.
 * The first that is asked for an event reads. This must not lead to the signal of the request: whatever
 * fetches holds the body there, and that holds the iterator.
 */
class Holders {
  /** The reading came to an end. */
  finished = false;
  readonly #call: CallObserver;
  #reader: Handle | undefined;
  #alive = 0;

  constructor(call: CallObserver) {
    this.#call = call;
  }

  add(object: object): Handle {
    this.#alive++;
    const handle = new Handle(this);
    whenLost(object, handle);
    return handle;
  }

  lost(handle: Handle): void {
    this.#alive--;
    if (handle === this.#reader || this.#alive === 0) this.#call.abandoned();
  }

  /** Whether the loss of this one says nothing any more: the end is known, or another one reads. */
  used(handle: Handle): boolean {
    return this.finished || (this.#reader !== undefined && this.#reader !== handle);
  }

  /** Whether it is this one that reads; the SDK refuses the others. */
  reads(handle: Handle): boolean {
    this.#reader ??= handle;
    return this.#reader === handle;
  }

  hasRead(handle: Handle): boolean {
    return this.#reader === handle;
  }
}

class Handle implements LossObserver {
  readonly #holders: Holders;

  constructor(holders: Holders) {
    this.#holders = holders;
  }

  get used(): boolean {
    return this.#holders.used(this);
  }

  lost(): void {
    this.#holders.lost(this);
  }
}

type Result = IteratorResult<unknown>;
type Next = () => Promise<Result>;

function observeIterator(events: AsyncIterator<unknown>, reading: Reading): AsyncIterator<unknown> {
  const { holders } = reading;
  const handle = holders.add(events);
  const next = events.next.bind(events);
  const observed = reading.call.restores ? restoredNext(next, reading) : watchedNext(next, reading);
  events.next = () => (holders.reads(handle) ? observed() : next());
  const close = events.return?.bind(events);
  const raise = events.throw?.bind(events);
  if (close) {
    events.return = (value) => {
      if (holders.hasRead(handle)) reading.closed();
      return close(value);
    };
  }
  if (raise) {
    events.throw = (error) => {
      if (holders.hasRead(handle)) reading.closed();
      return raise(error);
    };
  }
  return events;
}

/** The app gets the iterator's own promises. */
function watchedNext(next: Next, reading: Reading): Next {
  const { call } = reading;
  const look = (result: Result): void => {
    reading.waited();
    if (result.done) reading.ended();
    else call.event(result.value);
  };
  const failed = (error: unknown) => {
    reading.waited();
    reading.failed(error);
  };
  // The observer is registered first, so it sees the event before the app does.
  return () => {
    reading.waits();
    const result = next();
    result.then(look, failed);
    return result;
  };
}

/** The app gets the events as they would be without the meter: the results move up for one left out. */
function restoredNext(next: Next, reading: Reading): Next {
  const { call } = reading;
  const waiting: { resolve(result: Result): void; reject(error: unknown): void }[] = [];
  const take = () => next().then(deliver, refuse);
  const deliver = (result: Result): void => {
    const value = result.done ? result.value : call.event(result.value);
    if (value === undefined && !result.done) {
      take();
      return;
    }
    reading.waited();
    if (result.done) reading.ended();
    waiting.shift()?.resolve(value === result.value ? result : { value, done: false });
  };
  const refuse = (error: unknown): void => {
    reading.waited();
    reading.failed(error);
    waiting.shift()?.reject(error);
  };
  return () =>
    new Promise((resolve, reject) => {
      reading.waits();
      waiting.push({ resolve, reject });
      take();
    });
}
