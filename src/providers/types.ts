import type { Usage } from '../usage.ts';

/** One company's SDK and what its endpoints mean. */
export interface Provider {
  /** The value of `gen_ai.provider.name`. */
  readonly name: string;
  readonly sdk: Sdk;
  readonly endpoints: readonly Endpoint[];
  /** A usage object of this provider, from whichever endpoint, or undefined if it is none. */
  readUsage(raw: unknown): Usage | undefined;
}

/** Where the SDK defines its client class. */
export interface Sdk {
  /** The package's name. */
  readonly module: string;
  /** The versions that were tested, as a semver range. */
  readonly versions: string;
  /** Files that may define the class with `methodRequest`, relative to the package. */
  readonly files: readonly string[];
  /** Whether a class handed over by the user is, or extends, this SDK's client. */
  isClient(clientClass: ClientClass): boolean;
}

/** A client class, seen through its static members, which survive bundling and minification. */
export type ClientClass = Readonly<Record<string, unknown>>;

export interface Endpoint {
  readonly method: 'post' | 'get';
  /** As it is passed to `methodRequest`; a query string is cut off before. */
  readonly path: string;
  /** The value of `gen_ai.operation.name`. */
  readonly operation: Operation;
  /** What the request says. Only reads; may throw on hostile objects. */
  request(params: Params): RequestFacts;
  /** Span attributes beyond the common ones, asked for only when a span records. */
  requestAttributes?(params: Params): Attributes;
  /** What the parsed body says, or undefined when it is nothing this endpoint knows. */
  response(body: unknown): ResponseFacts | undefined;
  /** A reader for one streamed answer. */
  stream?(): StreamReader;
  /** The request body that also asks for usage on the stream; undefined when the user has set that, either way. */
  askForUsage?(body: string, client: object): string | undefined;
}

export type Operation = 'chat' | 'text_completion' | 'embeddings';
export type Params = Readonly<Record<string, unknown>>;
export type Attributes = Record<string, string | number | boolean | string[] | undefined>;

export interface RequestFacts {
  readonly model?: string | undefined;
  /** The end user that the request names, if it does. */
  readonly user?: string | undefined;
}

export interface ResponseFacts {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  /** Undefined when the answer has none, or one that cannot be true: see `rawUsage`. */
  readonly usage?: Usage | undefined;
  /** The usage object as it came, when it came. */
  readonly rawUsage?: unknown;
  /** Span attributes of this provider's own. */
  readonly attributes?: Attributes | undefined;
  /** Set when the provider answered, and said that generation failed. */
  readonly errorType?: string | undefined;
}

/** Is fed the events of one stream, in order, and changes none of them. */
export interface StreamReader {
  push(event: unknown): void;
  /** The provider said that the answer is finished, and usage will not change any more. */
  readonly complete: boolean;
  facts(): ResponseFacts;
  /**
   * Where `askForUsage` amended the request: an event that was pushed, as it would be without that;
   * undefined when the whole event is one too many.
   */
  restore?(event: unknown): unknown;
}
