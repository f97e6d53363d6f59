import type { ObservedPromise } from './then.ts';

/**
 * The parts of the SDKs' internals that the seam touches. Both SDKs are generated from one template
 * and share these shapes; they are described here and not imported, because they are private there.
 */
export interface Client {
  readonly baseURL?: unknown;
}

/** What a resource method hands to `methodRequest`: `{ body, stream, signal, … }`. */
export type RequestOptions = Readonly<Record<PropertyKey, unknown>>;

export interface ClientPrototype {
  methodRequest(this: Client, method: string, path: string, options?: unknown): ApiPromise;
  request?(this: Client, options: unknown, ...rest: unknown[]): ApiPromise;
  buildRequest?(this: Client, options: unknown, ...rest: unknown[]): unknown;
}

/** The `RequestInit` that is about to be sent. */
export interface PreparedRequest {
  body?: unknown;
  headers?: unknown;
}

export interface ApiPromise {
  responsePromise: ObservedPromise<ResponseProps> | Promise<ResponseProps>;
  parseResponse: (...args: unknown[]) => unknown;
  parse(): unknown;
  asResponse(): Promise<Response>;
  _responseProps?(): unknown;
  _thenUnwrap(transform: (data: unknown, ...rest: unknown[]) => unknown): ApiPromise;
}

/** Reads a body of one JSON text a line. */
export interface LineDecoder {
  decoder(): AsyncIterator<unknown>;
  readonly controller?: AbortController;
}

export interface ResponseProps {
  readonly response: Response;
}

export interface Stream {
  iterator: () => AsyncIterator<unknown>;
  readonly controller?: AbortController;
}

/** Is told what happens to one call, in the order it happens. */
export interface CallObserver {
  /** `request` has been called, or need not be. */
  readonly known: boolean;
  /** The options are known, the request is not yet sent. */
  request(options: RequestOptions): void;
  /** It has to be asked whether the request may be sent. */
  readonly isGated: boolean;
  /** Asks. Throws, at once or later, what the app is to get instead of an answer. Called after `request`. */
  admission(): void | Promise<void>;
  /** Runs the SDK's own code for this call: `send(client, options)`. */
  run<T>(send: (client: Client, options: unknown) => T, client: Client, options: unknown): T;
  /** The body may have to be amended before it is sent; not, as soon as the request is known not to stream. */
  readonly amends: boolean;
  /** The answer may be one JSON text a line. */
  readonly readsLines: boolean;
  /** The serialised body is about to be sent; returns what to send instead, or undefined to leave it. */
  amend(body: string): string | undefined;
  /** Events of this call's stream may differ from what the app is to see. */
  readonly restores: boolean;
  /** The body was parsed. */
  result(value: unknown): void;
  /** The body is a stream that the app reads event by event. */
  streaming(): void;
  /** The app is about to get this event of the stream. Returns what it gets, undefined for nothing. */
  event(event: unknown): unknown;
  /** The stream came to its end; `aborted` when the app's signal ended it. */
  ended(aborted: boolean): void;
  /** The app stopped reading. */
  closed(): void;
  /** A response with a status of success came. */
  answered(): void;
  /** The app waits for something of this call, and will get it or an error: then `waited` is called. */
  waits(): void;
  waited(): void;
  /** It is no call of the SDK's after all. */
  discard(): void;
  /** The app asked for the raw response, and so far for nothing else. */
  takenRaw(): void;
  /** The app took the raw response and read it in a way that cannot be watched. */
  unread(): void;
  failed(error: unknown): void;
  /** Everything through which the app could have got the answer, or its rest, is gone. */
  abandoned(): void;
}
