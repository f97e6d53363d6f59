type Next<T> = (value: T) => unknown;

export interface ThenObserver<T> {
  /** Someone subscribes. */
  asked(): void;
  /** Runs in place of a consumer's callback; `next` is that callback. */
  fulfilled(value: T, next: Next<T>): unknown;
  rejected(error: unknown): void;
}

/**
 * A stand-in for a promise that others call `then` on: it observes from inside their callbacks.
 * Nothing is registered of our own, so the turns of the event loop stay as they were, and a rejection
 * that nobody handles is as unhandled as before.
 *
 * An object of its own, and not an own `then` on the promise: V8 has a fast path for promises that it
 * gives up, for the whole process, as soon as one promise has a `then` of its own.
 */
export class ObservedPromise<T> {
  readonly #promise: Promise<T>;
  readonly #observer: ThenObserver<T>;

  constructor(promise: Promise<T>, observer: ThenObserver<T>) {
    this.#promise = promise;
    this.#observer = observer;
  }

  // biome-ignore lint/suspicious/noThenProperty: it stands in for a promise
  then(onFulfilled?: Next<T> | null, onRejected?: Next<unknown> | null): Promise<unknown> {
    const observer = this.#observer;
    observer.asked();
    return this.#promise.then(
      (value) => observer.fulfilled(value, typeof onFulfilled === 'function' ? onFulfilled : same),
      (error: unknown) => {
        observer.rejected(error);
        if (typeof onRejected === 'function') return onRejected(error);
        throw error;
      },
    );
  }

  catch(onRejected?: Next<unknown> | null): Promise<unknown> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    // The method of promises is made for whatever has a `then`.
    return Promise.prototype.finally.call(this, onFinally) as Promise<T>;
  }
}

function same<T>(value: T): T {
  return value;
}
