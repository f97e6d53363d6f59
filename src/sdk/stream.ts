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
  call.streaming();
  stream.iterator = function (this: Stream) {
    const events = iterator.call(this);
    // A stream can be read once: the SDK makes a second iterator throw, and that is not the call's end.
    if (!held.used) observeIterator(events, call, controller);
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
  call.streaming();
  lines.decoder = function (this: LineDecoder) {
    const events = decoder.call(this);
    observeIterator(events, call, controller);
    return events;
  };
}

function observeIterator(
  events: AsyncIterator<unknown>,
  call: CallObserver,
  controller: AbortController | undefined,
): void {
  const isAborted = () => controller?.signal.aborted === true;
  const next = events.next.bind(events);
  const close = events.return?.bind(events);
  const raise = events.throw?.bind(events);
  type Result = IteratorResult<unknown>;

  const failed = (error: unknown) => call.failed(error);
  const look = (result: Result): void => {
    if (result.done) call.ended(isAborted());
    else call.event(result.value);
  };
  // The observer is registered first, so it sees the event before the app does.
  const nextWatched = (): Promise<Result> => {
    const result = next();
    result.then(look, failed);
    return result;
  };

  const restore = (result: Result): Result | Promise<Result> => {
    if (result.done) {
      call.ended(isAborted());
      return result;
    }
    const value = call.event(result.value);
    if (value === result.value) return result;
    return value === undefined ? nextRestored() : { done: false, value };
  };
  const fail = (error: unknown): never => {
    call.failed(error);
    throw error;
  };
  const nextRestored = (): Promise<Result> => next().then(restore, fail);

  whenLost(events, new Held(call));
  events.next = call.restores ? nextRestored : nextWatched;
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
