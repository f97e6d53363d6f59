import type { Span } from '@opentelemetry/api';
import { currentUsageContext, type UsageContext } from './context.ts';
import type { CallToPrice } from './pricing/price.ts';
import type { Cost, PricedCall, Unpriced } from './pricing/types.ts';
import type {
  Attributes,
  Endpoint,
  Params,
  Provider,
  RequestFacts,
  ResponseFacts,
  StreamReader,
} from './providers/types.ts';
import { reportFault, warnOnce } from './report.ts';
import type { CallObserver, Client, RequestOptions } from './sdk/types.ts';
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
  readonly stream: boolean;
  /** When the call began, in milliseconds since the epoch. */
  readonly startedAtMs: number;
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
  runInSpan<T>(span: Span, fn: () => T): T;
  /** The request became known after the span was started. */
  describeRequest(call: Call, span: Span): void;
}

const NO_FACTS: RequestFacts = Object.freeze({});
const NO_PARAMS: Params = Object.freeze({});

// The functions of this moment: an app's fake timers must neither slow nor stop the meter's clock.
const now = performance.now.bind(performance);
const wallClock = Date.now;

/** One call's life: begun once, settled exactly once. */
export class Call implements CallObserver {
  readonly provider: Provider;
  readonly endpoint: Endpoint;
  readonly client: Client;
  readonly startedAtMs = wallClock();
  who: UsageContext = currentUsageContext();
  facts: RequestFacts = NO_FACTS;
  params: Params = NO_PARAMS;
  hides = false;
  readonly amends: boolean;

  readonly #pipeline: Pipeline;
  readonly #start = now();
  #span: Span | undefined;
  #signal: AbortSignal | undefined;
  #reader: StreamReader | undefined;
  #streaming = false;
  #firstChunk = 0;
  #lastChunk = 0;
  #chunks = 0;
  #settled = false;

  constructor(pipeline: Pipeline, provider: Provider, endpoint: Endpoint, client: Client) {
    this.#pipeline = pipeline;
    this.provider = provider;
    this.endpoint = endpoint;
    this.client = client;
    this.amends = pipeline.streamUsage && endpoint.askForUsage !== undefined;
  }

  amend(body: string): string | undefined {
    const amended = this.endpoint.askForUsage?.(body);
    if (amended !== undefined) this.hides = true;
    return amended;
  }

  request(options: RequestOptions): void {
    try {
      const { body, signal } = options;
      if (typeof body === 'object' && body !== null) this.params = body as Params;
      if (signal instanceof AbortSignal) this.#signal = signal;
      this.facts = this.endpoint.request(this.params);
      this.who = this.#identify();
      if (this.#span) this.#pipeline.describeRequest(this, this.#span);
      else this.#span = this.#pipeline.startSpan(this, nativeSpanOf(options));
    } catch (fault) {
      reportFault('reading a request', fault);
    }
  }

  run<T>(send: () => T): T {
    try {
      this.#span ??= this.#pipeline.startSpan(this, undefined);
    } catch (fault) {
      reportFault('starting a span', fault);
    }
    return this.#span ? this.#pipeline.runInSpan(this.#span, send) : send();
  }

  result(value: unknown): void {
    if (this.#settled) return;
    const facts = this.#read(() => this.endpoint.response(value));
    this.#settle(facts?.errorType === undefined ? 'ok' : 'error', facts);
  }

  streaming(): void {
    this.#streaming = true;
    this.#reader = this.endpoint.stream?.();
  }

  event(event: unknown): boolean {
    if (this.#settled) return false;
    this.#lastChunk = now();
    if (this.#chunks++ === 0) this.#firstChunk = this.#lastChunk;
    try {
      this.#reader?.push(event);
      return this.hides && this.#reader?.restore?.(event) === true;
    } catch (fault) {
      reportFault('reading a stream event', fault);
      return false;
    }
  }

  ended(aborted: boolean): void {
    const facts = this.#streamFacts();
    const cutShort = aborted && this.#reader?.complete !== true;
    this.#settle(facts?.errorType ? 'error' : cutShort ? 'aborted' : 'ok', facts);
  }

  closed(): void {
    this.#settle(this.#reader?.complete ? 'ok' : 'aborted', this.#streamFacts());
  }

  unread(): void {
    this.#settle('ok', undefined, { unmetered: 'raw_response' });
  }

  failed(error: unknown): void {
    if (this.#settled) return;
    const aborted = this.#signal?.aborted === true || isAbort(error);
    this.#settle(aborted ? 'aborted' : 'error', this.#streamFacts(), { errorType: errorTypeOf(error) });
  }

  #identify(): UsageContext {
    const { who } = this;
    if (who.user !== undefined) return who;
    const resolved = this.#resolve();
    const user = resolved?.user ?? this.facts.user;
    if (resolved === undefined) return user === undefined ? who : { ...who, user };
    return { ...resolved, ...who, ...(user !== undefined && { user }) };
  }

  #resolve(): UsageContext | undefined {
    const { resolveUser } = this.#pipeline;
    if (!resolveUser) return undefined;
    try {
      const { provider, endpoint, params } = this;
      const found = resolveUser({ provider: provider.name, operation: endpoint.operation, params });
      if (typeof found === 'string') return { user: found };
      return found ?? undefined;
    } catch (fault) {
      warnOnce('user resolver', 'the `user` resolver threw; the call goes on without it', fault);
      return undefined;
    }
  }

  #streamFacts(): ResponseFacts | undefined {
    const reader = this.#reader;
    return reader && this.#read(() => reader.facts());
  }

  #read(read: () => ResponseFacts | undefined): ResponseFacts | undefined {
    try {
      return read();
    } catch (fault) {
      reportFault('reading an answer', fault);
      return undefined;
    }
  }

  #settle(
    outcome: Outcome,
    facts: ResponseFacts | undefined,
    more: { errorType?: string; unmetered?: UnmeteredReason } = {},
  ): void {
    if (this.#settled) return;
    this.#settled = true;
    const end = now();
    try {
      const { provider, endpoint, who, startedAtMs } = this;
      const usage = facts?.usage;
      const intervals = this.#chunks - 1;
      const settled: SettledCall = {
        provider: provider.name,
        endpoint,
        requestModel: this.facts.model,
        responseModel: facts?.model,
        responseId: facts?.id,
        finishReasons: facts?.finishReasons ?? [],
        attributes: facts?.attributes,
        who,
        outcome,
        errorType: more.errorType ?? facts?.errorType,
        usage,
        unmetered: more.unmetered ?? this.#unmetered(outcome, facts),
        cost: undefined,
        unpriced: undefined,
        ...(usage && this.#price(usage, facts)),
        stream: this.#streaming,
        startedAtMs,
        durationSeconds: (end - this.#start) / 1000,
        timeToFirstChunkSeconds: this.#chunks > 0 ? (this.#firstChunk - this.#start) / 1000 : undefined,
        timePerChunkSeconds:
          intervals > 0 ? (this.#lastChunk - this.#firstChunk) / intervals / 1000 : undefined,
        span: this.#span,
      };
      for (const sink of this.#pipeline.sinks) deliver(sink, settled);
    } catch (fault) {
      reportFault('settling a call', fault);
    }
  }

  #price(usage: Usage, facts: ResponseFacts | undefined): { cost: Cost } | { unpriced: string } {
    const price = this.#pipeline.price({
      provider: this.provider.name,
      model: [facts?.model, this.facts.model],
      usage,
      at: new Date(this.startedAtMs),
    });
    return 'reason' in price ? { unpriced: price.reason } : { cost: price };
  }

  /** A request that was refused costs nothing; one that was answered should have told its usage. */
  #unmetered(outcome: Outcome, facts: ResponseFacts | undefined): UnmeteredReason | undefined {
    const answered = this.#streaming || outcome === 'ok';
    if (!answered) return facts?.rawUsage != null && !facts.usage ? 'invalid_usage' : undefined;
    if (this.#streaming && !this.#reader?.complete && outcome !== 'ok') {
      return outcome === 'aborted' ? 'aborted' : 'stream_error';
    }
    if (facts?.usage) return undefined;
    return facts?.rawUsage == null ? 'no_usage' : 'invalid_usage';
  }
}

function deliver(sink: Sink, call: SettledCall): void {
  try {
    sink.settle(call);
  } catch (fault) {
    reportFault(sink.name, fault);
  }
}

/** Anthropic's SDK starts a span of its own and passes it on in the options. */
function nativeSpanOf(options: RequestOptions): Span | undefined {
  const holder = options.__span as { span?: Span } | null | undefined;
  return typeof holder?.span?.setAttribute === 'function' ? holder.span : undefined;
}

function isAbort(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'AbortError' || name === 'APIUserAbortError';
}

function errorTypeOf(error: unknown): string {
  const status = (error as { status?: unknown } | null | undefined)?.status;
  if (typeof status === 'number') return String(status);
  return nameOf(error);
}

/** The class of an error; SDK errors all have the `name` "Error", DOMExceptions all the same class. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const name = error.name === 'Error' ? error.constructor.name : error.name;
  return /^[A-Z]\w{2,63}$/.test(name) ? name : '_OTHER';
}
