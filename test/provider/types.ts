import type { IncomingHttpHeaders } from 'node:http';
import type { NextId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { EndpointKind, Scenario } from './scenarios.ts';
import type { Counts } from './tokens.ts';

export type ProviderName = 'openai' | 'anthropic';

/** A fault the scenario asked for and that struck. */
export type Fault = 'status' | 'errorat' | 'cutat' | 'hangat' | 'badjson' | 'emptybody' | 'html';

export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  /** undefined when `rawBody` is no JSON. */
  readonly body: unknown;
  /** The HTTP status sent, undefined before that. */
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
   * in it; with `nousage` and `nullusage` it is what should have been sent.
   */
  readonly usage: JsonObject;
}

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

export interface Answer {
  body(): object;
  /** Absent when the endpoint is free. */
  readonly usage?: object;
  readonly serviceTier?: string;
  /** Absent when the endpoint does not stream. */
  readonly stream?: {
    parts(): Iterable<StreamPart>;
    /** `sent`: how many parts went before. */
    error(sent: number): StreamPart;
  };
}

export interface Endpoint {
  readonly name: string;
  readonly kind: EndpointKind;
  answer(request: GenerationRequest): Answer;
}

/** What differs between the providers around the answers. */
export interface Dialect {
  readonly name: ProviderName;
  readonly models: object;
  headers(requestId: string): Record<string, string>;
  /** The JSON error for a status; `message` undefined takes the provider's usual one. */
  error(status: number, requestId: string, message?: string, details?: object | null): object;
}
