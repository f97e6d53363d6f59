import type { IncomingHttpHeaders } from 'node:http';
import type { NextId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { EndpointKind, Scenario } from './scenarios.ts';
import type { Counts } from './tokens.ts';

export type ProviderName = 'openai' | 'anthropic';

/** A fault the scenario asked for and that struck. */
export type Fault = 'status' | 'errorat' | 'cutat' | 'hangat' | 'badjson' | 'emptybody' | 'html';

/** An HTTP request, or one message that a client sent through a WebSocket. */
export interface ReceivedRequest {
  /** `MESSAGE` for a WebSocket's; path and headers are those of its handshake. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  /** JSON, or the fields of a multipart form; undefined when `rawBody` is neither. */
  readonly body: unknown;
  /** The HTTP status sent, undefined before that. A message's is 200 when it is answered. */
  readonly status: number | undefined;
  readonly fault: Fault | undefined;
  /**
   * `complete` when the whole answer went out, `disconnected` when the connection closed before that,
   * whoever closed it (`fault` is `cutat` when it was the server).
   */
  readonly ended: Promise<'complete' | 'disconnected'>;
}

/** One generation that was answered to its end; what a broken stream used is not in here. */
export interface BilledCall {
  readonly provider: ProviderName;
  readonly endpoint: string;
  /** The answer's model. */
  readonly model: string;
  readonly user: string | undefined;
  readonly stream: boolean;
  readonly serviceTier: string | undefined;
  /**
   * The wire object. Streams: the final totals, also where none were asked for. Oddities of the counts are
   * in it; with `nousage` and `nullusage` it is what should have been sent. Where the wire never has one
   * (speech, translations, DALL·E, Anthropic's text completions), it is what the call is charged by.
   */
  readonly usage: JsonObject;
}

/** A bill before it is written. With a `key`, it is written once, however often it is presented. */
export type Charge = Omit<BilledCall, 'provider'> & { readonly key?: string | undefined };

/** What an endpoint gets: the request, and everything about the answer that is not its wire format. */
export interface GenerationRequest {
  readonly body: JsonObject;
  readonly azure: boolean;
  /** Anthropic: the request uses beta features. */
  readonly beta: boolean;
  /** The answer's model. */
  readonly model: string;
  readonly scenario: Scenario;
  readonly counts: Counts;
  /** Unix seconds. */
  readonly created: number;
  readonly id: NextId;
}

/** One server-sent event. A string is sent as it is. */
export interface StreamPart {
  readonly event?: string;
  readonly data: object | string;
  /**
   * `delta`: a content chunk, which scenarios count. `block`: frames content. `end`: the first part after
   * which the call is paid for; it carries the usage if any part does.
   */
  readonly kind: 'frame' | 'block' | 'delta' | 'end';
}

export interface AnswerStream {
  parts(): Iterable<StreamPart>;
  /** `sent`: how many parts went before. */
  error(sent: number): StreamPart;
}

export interface Answer {
  /** An object is sent as JSON. */
  body(): object | string | Buffer;
  /** Of a body that is no object. */
  readonly contentType?: string;
  /** Absent when the endpoint is free, or the call is not finished. */
  readonly usage?: object;
  readonly serviceTier?: string;
  /** See `Charge`. */
  readonly key?: string;
  /** Absent when the endpoint does not stream. */
  readonly stream?: AnswerStream;
}

/** Runs a model: the request names one, whose name may carry directives. */
export interface Endpoint {
  readonly name: string;
  readonly kind: EndpointKind;
  /** For requests that may leave it out. */
  readonly defaultModel?: string;
  /** Default: `stream` is true. */
  wantsStream?(body: JsonObject): boolean;
  answer(request: GenerationRequest): Answer;
}

/** A request about an object that is stored, or is to be: it names no model. */
export interface ObjectRequest {
  /** The parts of the path that the route leaves open. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Of this server, as the client knows it. */
  readonly origin: string;
  readonly created: number;
  readonly id: NextId;
  /** For objects that hold requests to models. */
  generation(body: JsonObject, model: string, kind: EndpointKind): GenerationRequest;
}

export interface ObjectAnswer {
  body(): object | string;
  readonly contentType?: string;
  /** Sent in place of the body. */
  readonly stream?: AnswerStream | undefined;
  /** Its oddities are in the answer; a fault strikes only the request that made the object. */
  readonly scenario?: Scenario;
  /** What the object has cost, as soon as it is finished. */
  readonly charges?: readonly Charge[];
}

export interface ObjectEndpoint {
  readonly kind: 'object';
  answer(request: ObjectRequest): ObjectAnswer;
}

/** What differs between the providers around the answers. */
export interface Dialect {
  readonly name: ProviderName;
  headers(requestId: string): Record<string, string>;
  /** The JSON error for a status; `message` undefined takes the provider's usual one. */
  error(status: number, requestId: string, message?: string, details?: object | null): object;
}
