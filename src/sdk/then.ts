type Next<T> = (value: T) => unknown;

export interface ThenObserver<T> {
  /** Runs in place of the consumer's callback; `next` is that callback. */
  fulfilled?(value: T, next: Next<T>): unknown;
  rejected?(error: unknown): void;
}

/**
 * Observes a promise from inside the callbacks that others register on it. Nothing is registered of
 * our own, so the turns of the event loop stay as they were, and a rejection that nobody handles is
 * as unhandled as before. Returns the function that ends the observation of later registrations.
 */
export function observeThen<T>(promise: Promise<T>, observer: ThenObserver<T>): () => void {
  const then = promise.then;
  const { fulfilled, rejected } = observer;

  function observedThen(onFulfilled?: Next<T> | null, onRejected?: Next<unknown> | null): Promise<unknown> {
    return then.call(
      promise,
      fulfilled && typeof onFulfilled === 'function'
        ? (value: T) => fulfilled(value, onFulfilled)
        : onFulfilled,
      rejected
        ? (error: unknown) => {
            rejected(error);
            if (typeof onRejected === 'function') return onRejected(error);
            throw error;
          }
        : onRejected,
    );
  }

  if (!Reflect.defineProperty(promise, 'then', { value: observedThen, writable: true, configurable: true })) {
    return () => {};
  }
  return () => {
    Reflect.deleteProperty(promise, 'then');
  };
}
