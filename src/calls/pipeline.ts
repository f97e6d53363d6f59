import type { Span } from '@opentelemetry/api';
import type { Admission, Refused, Reservation } from '../budgets/budgets.ts';
import type { UsageContext } from '../context.ts';
import type { CallToPrice } from '../pricing/price.ts';
import type { Cost, PricedCall, Unpriced } from '../pricing/types.ts';
import type { Attributes, Endpoint, Operation, Params, Provider, RequestFacts } from '../providers/types.ts';
import type { Client } from '../sdk/types.ts';
import type { Usage } from '../usage.ts';
import type { CallIds } from './call-ids.ts';
import type { DeferredWork } from './deferred.ts';
import type { OpenCalls } from './open-calls.ts';
import type { UserRules, Who } from './who.ts';

/** `blocked`: a budget had no room for it, and nothing was sent. */
export type Outcome = 'ok' | 'error' | 'aborted' | 'blocked';

/**
 * Why a call that may have cost something has no, or no complete, usage. Of those that were cut short
 * (`aborted`, `stream_error`, `timeout`, `abandoned`) it is estimated.
 */
export type UnmeteredReason =
  | 'no_usage'
  | 'invalid_usage'
  | 'aborted'
  | 'abandoned'
  | 'timeout'
  | 'stream_error'
  | 'raw_response'
  | 'unknown_endpoint';

/** Who called what: known when a call begins. */
export interface CallSubject {
  readonly provider: Provider;
  /** The value of `gen_ai.provider.name`: the provider, or the vendor that stands between. */
  readonly vendor: string;
  readonly operation: Operation;
  readonly endpoint: Partial<Pick<Endpoint, 'path' | 'requestAttributes'>>;
  readonly client: Client;
  readonly facts: RequestFacts;
  readonly params: Params;
  readonly who: Who;
  /** When it began, if that was before its span is started: milliseconds since the epoch. */
  readonly startedAtMs?: number | undefined;
  /** The SDK is about to end the span that it started for this call. */
  nativeSpanEnds?(): void;
}

/** A cost, and by which prices. */
export type SettledCost = Cost & Partial<Pick<PricedCall, 'confidence' | 'tableVersion'>>;

/** One call after its end. Everything that is reported of it is derived from this. */
export interface SettledCall {
  /** Unique; what can be retrieved again has the same one again. */
  readonly id: string;
  /** The value of `gen_ai.provider.name`. */
  readonly provider: string;
  /** Whose price list holds: the provider's, whatever vendor stands between. */
  readonly priceList: string;
  readonly operation: Operation;
  /** The path of the request; undefined for answers that came otherwise than to one. */
  readonly endpoint: string | undefined;
  /** Where the server runs that was asked, if the client says. */
  readonly endpointRegion?: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
  /** The id under which its result can be retrieved again, by whichever process: it is metered under it once. */
  readonly workId: string | undefined;
  readonly finishReasons: readonly string[];
  /** Span attributes of the provider's own. */
  readonly attributes: Attributes | undefined;
  readonly who: Who;
  readonly outcome: Outcome;
  /** How many requests it stands for: 1, but for results of work whose requests were counted, or not seen. */
  readonly requests: number;
  /** Low in cardinality: an HTTP status, or the name of an error class. */
  readonly errorType: string | undefined;
  readonly usage: Usage | undefined;
  readonly unmetered: UnmeteredReason | undefined;
  readonly cost: SettledCost | undefined;
  /** Why there is usage and no cost. */
  readonly unpriced: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Undefined for work whose time nobody saw pass: batches, background responses. */
  readonly durationSeconds: number | undefined;
  readonly timeToFirstChunkSeconds: number | undefined;
  /** The mean time between two events of the stream, when there were at least two. */
  readonly timePerChunkSeconds: number | undefined;
  readonly span: Span | undefined;
  /** What budgets have set aside for it, if they were asked. */
  readonly reservation?: Reservation | undefined;
  /** Whose budget blocked it. */
  readonly refused?: Pick<Refused, 'labels'> | undefined;
}

/** Where settled calls go. A fault in one sink does not reach the others, nor the app. */
export interface Sink {
  readonly name: string;
  settle(call: SettledCall): void;
}

/** Asks the budgets whether a call may be made. Undefined when none is concerned. */
export type Admit = (call: GatedCall) => Admission | undefined | Promise<Admission>;

/** A call before it is sent. */
export interface GatedCall extends CallSubject {
  readonly endpoint: Endpoint;
}

export type Pricing = (call: CallToPrice) => PricedCall | Unpriced;

/** Asked for the user of a call that no `withUsageContext` names. */
export type UserResolver = (call: {
  provider: string;
  operation: string;
  /** The request body, as the app passed it. Do not change it. */
  params: Params;
}) => string | UsageContext | null | undefined;

/** What every call of one meter shares. */
export interface Pipeline {
  readonly sinks: readonly Sink[];
  readonly price: Pricing;
  readonly users: UserRules;
  /** Adds what is needed to see usage on streams that do not ask for it. */
  readonly streamUsage: boolean;
  /** The model behind a deployment, by the name that requests use. */
  modelOf(name: string | undefined): string | undefined;
  readonly ids: CallIds;
  readonly openCalls: OpenCalls;
  readonly admit?: Admit | undefined;
  readonly deferred: DeferredWork;
  /** The same of sessions, which are many more. */
  readonly sessions: DeferredWork;
  /** Starts the span of a call, or takes over the one the SDK has started. */
  startSpan(subject: CallSubject, nativeSpan?: Span): Span | undefined;
  /** Ends the span of what turned out to be no call. */
  discardSpan(span: Span): void;
  /** Runs code in the context of a span. */
  runInSpan<T>(span: Span, fn: () => T): T;
  /** The request became known after the span was started. */
  describeRequest(subject: CallSubject, span: Span): void;
  /** The span ends before the call does: it failed, or its end is not known yet. */
  describeFailure(span: Span, isAborted: boolean): void;
}
