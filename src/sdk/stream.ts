import { Held, whenLost } from './lost.ts';
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
 * Observes a stream through the one iterator that all ways of reading it share: `for await`, `tee()`,
 * `toReadableStream()` and the SDKs' helpers. The stream and the iterator stay the objects they are.
 */
export function observeStream(stream: Stream, call: CallObserver): void {
  const { iterator, controller } = stream;
  // Once it is read, the iterator is what the app holds.
  const held = new Held(call);
  whenLost(stream, held);
  const reading = beginReading(call, controller);
  stream.iterator = function (this: Stream) {
    const events = iterator.call(this);
    // A stream can be read once: the SDK makes a second iterator throw, and that is not the call's end.
    if (!held.used) observeIterator(events, call, reading);
    held.used = true;
    return events;
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
  const { decoder, controller } = lines;
  const reading = beginReading(call, controller);
  lines.decoder = function (this: LineDecoder) {
    const events = decoder.call(this);
    observeIterator(events, call, reading);
    return events;
  };
}

/** How far the app's reading of one stream is. */
interface Reading {
  readonly signal: AbortSignal | undefined;
  /** How many results the app waits for. */
  pending: number;
}

function beginReading(call: CallObserver, controller: AbortController | undefined): Reading {
  const reading: Reading = { signal: controller?.signal, pending: 0 };
  call.streaming();
  // Who waits for a result learns of the end from that; the SDK aborts after an error too.
  const aborted = () => {
    if (reading.pending === 0) call.closed();
  };
  reading.signal?.addEventListener('abort', aborted, { once: true });
  return reading;
}

type Result = IteratorResult<unknown>;

function observeIterator(events: AsyncIterator<unknown>, call: CallObserver, reading: Reading): void {
  whenLost(events, new Held(call));
  events.next = call.restores ? restoredNext(events, call, reading) : watchedNext(events, call, reading);
  const close = events.return?.bind(events);
  const raise = events.throw?.bind(events);
  if (close) {
    events.return = (value) => {
      call.closed();
      return close(value);
    };
  }
  if (raise) {
    events.throw = (error) => {
      call.closed();
      return raise(error);
    };
  }
}

/** The app gets the iterator's own promises. */
function watchedNext(events: AsyncIterator<unknown>, call: CallObserver, reading: Reading) {
  const next = events.next.bind(events);
  const look = (result: Result): void => {
    reading.pending--;
    if (result.done) call.ended(reading.signal?.aborted === true);
    else call.event(result.value);
  };
  const failed = (error: unknown) => {
    reading.pending--;
    call.failed(error);
  };
  // The observer is registered first, so it sees the event before the app does.
  return (): Promise<Result> => {
    reading.pending++;
    const result = next();
    result.then(look, failed);
    return result;
  };
}

/** The app gets the events as they would be without the meter: the results move up for one left out. */
function restoredNext(events: AsyncIterator<unknown>, call: CallObserver, reading: Reading) {
  const next = events.next.bind(events);
  const waiting: { resolve(result: Result): void; reject(error: unknown): void }[] = [];
  const take = () => next().then(deliver, refuse);
  const deliver = (result: Result): void => {
    const value = result.done ? result.value : call.event(result.value);
    if (value === undefined && !result.done) {
      take();
      return;
    }
    reading.pending--;
    if (result.done) call.ended(reading.signal?.aborted === true);
    waiting.shift()?.resolve(value === result.value ? result : { value, done: false });
  };
  const refuse = (error: unknown): void => {
    reading.pending--;
    call.failed(error);
    waiting.shift()?.reject(error);
  };
  return (): Promise<Result> =>
    new Promise((resolve, reject) => {
      reading.pending++;
      waiting.push({ resolve, reject });
      take();
    });
}
