import { reportFault } from '../report.ts';
import { type LossObserver, whenLost } from './lost.ts';
import { replace } from './patch.ts';
import { observeResponse } from './response.ts';
import { isLineDecoder, isStream, observeLines, observeStream } from './stream.ts';
import { ObservedPromise, type ThenObserver } from './then.ts';
import type { ApiPromise, CallObserver, ResponseProps } from './types.ts';

/** Observes the APIPromise of one call, and those derived from it, without reading anything for the app. */
export function observePromise(promise: ApiPromise, call: CallObserver): void {
  new PromiseObserver(call).watch(promise);
}

/** The observers of calls whose unparsed response a helper of the SDK took, by what it took. */
const handedOn = new WeakMap<object, PromiseObserver>();
const patchedClasses = new Map<ApiPromise, () => void>();

const followed = new WeakSet<ApiPromise>();

/** Takes out what was patched in the promises' classes for helpers that hand a response on. */
export function unpatchPromises(): void {
  for (const undo of patchedClasses.values()) undo();
  patchedClasses.clear();
}

/**
 * Helpers may make a promise of their own of another one's response. It is parsed there: so the class
 * asks, whenever a promise is parsed, whether the response is one that is observed.
 */
function followHandedOn(promise: ApiPromise): void {
  const prototype = Object.getPrototypeOf(promise) as ApiPromise;
  if (patchedClasses.has(prototype)) return;
  const { parse } = prototype;
  const undo = replace(prototype, 'parse', function (this: ApiPromise) {
    const isObserved = this.responsePromise instanceof ObservedPromise || followed.has(this);
    if (!isObserved && typeof this.parseResponse === 'function') {
      followed.add(this);
      this.parseResponse = parseHandedOn(this.parseResponse);
    }
    return parse.call(this);
  });
  patchedClasses.set(prototype, undo);
}

function parseHandedOn(parseResponse: ApiPromise['parseResponse']): ApiPromise['parseResponse'] {
  return function (this: unknown, client, props, ...rest) {
    const observer = handedOn.get(props as object);
    return (observer?.watchedParse(parseResponse) ?? parseResponse).call(this, client, props, ...rest);
  };
}

class PromiseObserver implements ThenObserver<ResponseProps>, LossObserver {
  readonly #call: CallObserver;
  /** The SDK parses the body. False as long as the app only took the raw response. */
  #parsed = false;
  /** The app asked for the parsed body. */
  #wanted = false;
  #streaming = false;
  /** A helper took the response to make a promise of its own of it. */
  #handsOn = false;
  /** Promises of this call that the app may hold. */
  #promises = 0;
  /** The app asked for anything at all: then what it was given tells the rest, and not the promises. */
  used = false;

  constructor(call: CallObserver) {
    this.#call = call;
  }

  watch(promise: ApiPromise): void {
    try {
      this.#watch(promise);
    } catch (fault) {
      this.#call.discard();
      reportFault('observing a request', fault);
    }
  }

  asked(): void {
    this.used = true;
    this.#call.waits();
  }

  /** One of the promises is gone. */
  lost(): void {
    this.#promises--;
    if (this.#promises === 0 && !this.used) this.#call.abandoned();
  }

  #watch(promise: ApiPromise): void {
    const { responsePromise } = promise;
    if (typeof promise.parseResponse !== 'function') {
      // What a mock returns is nobody's call.
      this.#call.discard();
      return;
    }
    this.#promises++;
    whenLost(promise, this);
    // A derived promise may have been given the stand-in already.
    if (!(responsePromise instanceof ObservedPromise)) {
      promise.responsePromise = new ObservedPromise(responsePromise, this);
    }
    promise.parseResponse = this.watchedParse(promise.parseResponse);
    if (this.#call.amends) {
      put(promise, 'parse', this.#watchedRequestTo(promise.parse, 'parse'));
      put(promise, 'asResponse', this.#watchedRequestTo(promise.asResponse, 'asResponse'));
    }
    const { _responseProps } = promise;
    if (_responseProps) put(promise, '_responseProps', this.#watchedHandOver(_responseProps));
    // What is derived of a promise goes through its `parseResponse`, but where it has a way of its own.
    if (this.#call.amends || this.#call.readsLines || Object.hasOwn(promise, '_thenUnwrap')) {
      put(promise, '_thenUnwrap', this.#watchedUnwrap(promise._thenUnwrap));
    }
  }

  // These must not capture the promise they are put on: closures that close a cycle with the object
  // they hang on outlive V8's young generation, with everything that a call holds.

  /** Whether the body may be amended: what the app wants is known before it is sent, if it says so at once. */
  #watchedRequestTo<T>(method: () => T, name: 'parse' | 'asResponse'): () => T {
    const observer = this;
    return function (this: ApiPromise) {
      if (name === 'parse') observer.#wanted = true;
      else if (!observer.#wanted) observer.#call.takenRaw();
      return method.call(this);
    };
  }

  watchedParse(parseResponse: ApiPromise['parseResponse']): ApiPromise['parseResponse'] {
    const observer = this;
    return function (this: unknown, ...args) {
      observer.#parsed = true;
      const parsed = parseResponse.apply(this, args);
      // The observer is registered first, so it sees the value before the app does.
      if (parsed instanceof Promise) {
        observer.#call.waits();
        parsed.then(observer.#parsedTo, observer.#failedToParse);
      }
      return parsed;
    };
  }

  #watchedHandOver(responseProps: () => unknown): () => unknown {
    const observer = this;
    return function (this: ApiPromise) {
      observer.#handsOn = true;
      followHandedOn(this);
      return responseProps.call(this);
    };
  }

  /** Some SDK versions derive promises past `parseResponse`: their transforms get the parsed value too. */
  #watchedUnwrap(thenUnwrap: ApiPromise['_thenUnwrap']): ApiPromise['_thenUnwrap'] {
    const observer = this;
    return function (this: ApiPromise, transform) {
      const derived = thenUnwrap.call(this, (data, ...rest) => {
        observer.#look(data);
        return observer.#lookAtLines(transform(data, ...rest));
      });
      observer.watch(derived);
      return derived;
    };
  }

  /** The response arrived, and the SDK or the app takes it. */
  fulfilled(props: ResponseProps, next: (props: ResponseProps) => unknown): unknown {
    this.#call.answered();
    this.#call.waited();
    if (this.#handsOn) handedOn.set(props, this);
    const given = next(props);
    if (!this.#parsed && !this.#handsOn) this.#watchResponse(props.response);
    return given;
  }

  rejected(error: unknown): void {
    this.#call.waited();
    this.#call.failed(error);
  }

  #watchResponse(response: Response): void {
    try {
      observeResponse(response, this.#call, () => !this.#parsed);
    } catch (fault) {
      // A response of a custom fetch may be frozen, or no Response at all.
      reportFault('observing a response', fault);
      this.#call.unread();
    }
  }

  readonly #parsedTo = (value: unknown): void => {
    this.#call.waited();
    this.#look(value);
  };

  readonly #failedToParse = (error: unknown): void => {
    this.#call.waited();
    this.#call.failed(error);
  };

  readonly #look = (value: unknown): void => {
    try {
      if (!isStream(value)) {
        this.#call.result(value);
      } else if (!this.#streaming) {
        this.#streaming = true;
        observeStream(value, this.#call);
      }
    } catch (fault) {
      reportFault('observing an answer', fault);
    }
  };

  /** A transform may make a reader of lines of the raw response. */
  #lookAtLines(value: unknown): unknown {
    try {
      if (isLineDecoder(value)) observeLines(value, this.#call);
    } catch (fault) {
      reportFault('observing lines', fault);
    }
    return value;
  }
}

/** Puts a method of the object's own where the app does not see it: not among the keys. */
function put<K extends keyof ApiPromise>(promise: ApiPromise, name: K, method: ApiPromise[K]): void {
  if (Object.hasOwn(promise, name)) promise[name] = method;
  else Object.defineProperty(promise, name, { value: method, writable: true, configurable: true });
}
