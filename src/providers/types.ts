import type { Client } from '../sdk/types.ts';
import type { TextSize } from '../text-size.ts';
import type { Usage } from '../usage.ts';
import type { Most } from './most.ts';

/** Everything the meter knows about one provider. */
export interface Provider {
  /** Names the price list, and is the value of `gen_ai.provider.name` where no vendor stands between. */
  readonly name: string;
  readonly sdk: SdkFiles;
  readonly endpoints: readonly Endpoint[];
  readonly retrievals: readonly Retrieval[];
  readonly sessions?: Sessions;
  /** The value of `gen_ai.provider.name` for the calls of a client: cloud vendors' clients inherit the SDK's. */
  vendorOf(client: Client): string;
  /** Whether requests that are neither endpoints nor retrievals are known to cost nothing. */
  isFree(path: string): boolean;
  /** The usage object of any of the endpoints, as the SDK returned it. */
  readUsage(raw: unknown): Usage | undefined;
  /** The body of an answer of any of the endpoints, and what was asked, as far as that is known. */
  readAnswer(body: unknown, params: Params): ResponseFacts | undefined;
}

/** Where the client class of an SDK is defined, as module and file names. */
export interface SdkFiles {
  readonly module: string;
  /** Versions that this package is tested with, as a semver range. */
  readonly versions: string;
  /** Files that define the client class in one of these versions, relative to the package. */
  readonly files: readonly string[];
  /** Whether a class is this SDK's client, where no file name tells. */
  isClient(clientClass: ClientClass): boolean;
}

export type ClientClass = object & { readonly prototype: object };

/** What a path means: how to read its requests and answers. */
export interface Endpoint {
  readonly method: 'post';
  /** As the SDK passes it on, without a query; `{…}` stands for any one segment. */
  readonly path: string;
  readonly operation: Operation;
  /** Its calls are counted, and nothing is charged for them. */
  readonly free?: true;
  /** Why an answer has no usage, where that is known beforehand. */
  readonly unmetered?: 'unknown_endpoint';
  request(params: Params, client: Client): RequestFacts;
  /** Span attributes of the request. Called only where a span is recorded. */
  requestAttributes?(params: Params): Attributes;
  /** Undefined when the body is not what this endpoint returns. */
  response(body: unknown, params: Params): ResponseFacts | undefined;
  stream?(params: Params): StreamReader;
  /** What the model reads of a request, where its tokens have to be estimated. */
  prompt?(params: Params): unknown;
  /** The most that a call can use. Undefined where no request tells: of images, sound and work for later. */
  most?(params: Params): Most;
  /** The request body with usage asked for on its stream; undefined when the user has set that, either way. */
  askForUsage?(body: string, client: object): string | undefined;
}

/**
 * A request that brings the results of work asked for earlier: batches, background responses. What it
 * brings is metered once, however often it is retrieved; the request itself is not a call of a model.
 */
export interface Retrieval {
  readonly method: 'get' | 'post';
  readonly path: string;
  /** The work that a body, or one event or line of it, says is finished. `id` is what stood for `{…}` in the path. */
  finished(body: unknown, id: string): readonly FinishedWork[];
  /** The id of the work that a body says was begun. */
  begun?(body: unknown): string | undefined;
}

/** Results of work that was asked for earlier. */
export interface FinishedWork extends ResponseFacts {
  /** Names this piece of work, for ever: it is metered under this id once. */
  readonly workId: string;
  /** The id under which it was begun. */
  readonly begunAs: string;
  readonly operation: Operation;
  /** How many requests it stands for that were not counted when they were made. */
  readonly requests: number;
  readonly outcome: 'ok' | 'error';
  /** The end user that the request named, if the answer repeats it. */
  readonly user?: string | undefined;
}

/** Classes whose instances are sessions over a WebSocket, and that emit what the server sends. */
export interface Sessions {
  /** Files that define one, relative to the package. */
  readonly files: readonly string[];
  /** Reads the events of one session, an object of the SDK's. */
  reader(session: object): SessionReader;
}

export interface SessionReader {
  /** The server's id of the session, as soon as it has told it. */
  readonly id: string | undefined;
  /** What an event says, if it is about something that costs. */
  push(event: unknown): SessionEvent | undefined;
}

export type SessionEvent =
  | ({ readonly kind: 'began' } & SessionAnswer)
  | ({ readonly kind: 'ended'; readonly outcome: 'ok' | 'error' | 'aborted' } & SessionAnswer)
  | ({ readonly kind: 'total' } & SessionTotal);

/** One answer of the model's in a session; of one that only began, little is known. */
export interface SessionAnswer {
  readonly id: string;
  readonly operation: Operation;
  readonly facts: ResponseFacts;
}

/** What a session has used so far, where it is told as one number that only rises. */
export interface SessionTotal {
  readonly id: string;
  readonly operation: Operation;
  readonly total: number;
  /** What it means when the number has risen by this much. */
  facts(increase: number): ResponseFacts;
}

export type Operation =
  | 'chat'
  | 'text_completion'
  | 'embeddings'
  | 'generate_content'
  | 'moderation'
  | 'other';
export type Params = Readonly<Record<string, unknown>>;
export type Attributes = Record<string, string | number | boolean | string[] | undefined>;

export interface RequestFacts {
  readonly model?: string | undefined;
  /** The end user that the request names, if it does. */
  readonly user?: string | undefined;
  /** Where the endpoint runs, where the client says and the price depends on it. */
  readonly region?: string | undefined;
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
  /** The work goes on in the background under this id, and a retrieval brings its usage. */
  readonly deferred?: string | undefined;
  /** A session that this began: it is counted with this answer, and its use is told over a connection of its own. */
  readonly session?: string | undefined;
  /** The work is finished, and can be retrieved again under this id. */
  readonly retrievable?: string | undefined;
}

/** Is fed the events of one stream, in order, and changes none of them. */
export interface StreamReader {
  push(event: unknown): void;
  /** The provider said that the answer is finished, and usage will not change any more. */
  readonly complete: boolean;
  /** The text that the events brought so far. */
  readonly written: TextSize;
  facts(): ResponseFacts;
  /**
   * Where `askForUsage` amended the request: an event that was pushed, as it would be without that;
   * undefined when the whole event is one too many.
   */
  restore?(event: unknown): unknown;
}
