import type { Span } from '@opentelemetry/api';
import type { Call } from './call.ts';
import type { UsageContext } from './context.ts';
import type { CallToPrice } from './pricing/price.ts';
import type { Cost, PricedCall, Unpriced } from './pricing/types.ts';
import type { Attributes, Endpoint, Params } from './providers/types.ts';
import type { Usage } from './usage.ts';

export type Outcome = 'ok' | 'error' | 'aborted';

/** Why a call that was answered has no, or no complete, usage. */
export type UnmeteredReason = 'no_usage' | 'invalid_usage' | 'aborted' | 'stream_error' | 'raw_response';

/** One call after its end. Everything that is reported of it is derived from this. */
export interface SettledCall {
  readonly provider: string;
  readonly endpoint: Endpoint;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
  readonly finishReasons: readonly string[];
  /** Span attributes of the provider's own. */
  readonly attributes: Attributes | undefined;
  readonly who: UsageContext;
  readonly outcome: Outcome;
  /** Low in cardinality: an HTTP status, or the name of an error class. */
  readonly errorType: string | undefined;
  readonly usage: Usage | undefined;
  readonly unmetered: UnmeteredReason | undefined;
  readonly cost: Cost | undefined;
  /** Why there is usage and no cost. */
  readonly unpriced: string | undefined;
  readonly durationSeconds: number;
  readonly timeToFirstChunkSeconds: number | undefined;
  /** The mean time between two events of the stream, when there were at least two. */
  readonly timePerChunkSeconds: number | undefined;
  readonly span: Span | undefined;
}

/** Where settled calls go. A fault in one sink does not reach the others, nor the app. */
export interface Sink {
  readonly name: string;
  settle(call: SettledCall): void;
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
  readonly resolveUser: UserResolver | undefined;
  /** Adds what is needed to see usage on streams that do not ask for it. */
  readonly streamUsage: boolean;
  /** Starts the span of a call, or takes over the one the SDK has started. */
  startSpan(call: Call, nativeSpan: Span | undefined): Span | undefined;
  /** Runs code in the context of a span. */
  runInSpan<A extends unknown[], T>(span: Span, fn: (...args: A) => T, self: unknown, ...args: A): T;
  /** The request became known after the span was started. */
  describeRequest(call: Call, span: Span): void;
}
