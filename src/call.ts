import type { Span } from '@opentelemetry/api';
import { currentUsageContext, readUsageContext, type UsageContext } from './context.ts';
import { classify } from './error-type.ts';
import { cutLabel } from './label-length.ts';
import type { Outcome, Pipeline, SettledCall, Sink, UnmeteredReason } from './pipeline.ts';
import type { Cost } from './pricing/types.ts';
import type {
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
  who: UsageContext = currentUsageContext();
  facts: RequestFacts = NO_FACTS;
  params: Params = NO_PARAMS;
  restores = false;
  readonly amends: boolean;

  readonly #pipeline: Pipeline;
  readonly #start = now();
  readonly #startedAtMs = wallClock();
  #span: Span | undefined;
  #signal: AbortSignal | undefined;
  #reader: StreamReader | undefined;
  #streaming = false;
  #raw = false;
  #firstChunk = 0;
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
    // Nobody could keep the extra chunk from an app that reads the response itself.
    if (this.#raw) return undefined;
    const amended = this.endpoint.askForUsage?.(body, this.client);
    if (amended !== undefined) this.restores = true;
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

  run<A extends unknown[], T>(send: (this: Client, ...args: A) => T, client: Client, ...args: A): T {
    try {
      this.#span ??= this.#pipeline.startSpan(this, undefined);
    } catch (fault) {
      reportFault('starting a span', fault);
    }
    const span = this.#span;
    return span ? this.#pipeline.runInSpan(span, send, client, ...args) : send.apply(client, args);
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

  event(event: unknown): unknown {
    if (this.#chunks++ === 0) this.#firstChunk = now();
    const reader = this.#reader;
    if (this.#settled || !reader) return event;
    try {
      reader.push(event);
      return this.restores && reader.restore ? reader.restore(event) : event;
    } catch (fault) {
      reportFault('reading a stream event', fault);
      return event;
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

  takenRaw(): void {
    this.#raw = true;
  }

  unread(): void {
    this.#settle('ok', undefined, { unmetered: 'raw_response' });
  }

  failed(error: unknown): void {
    if (this.#settled) return;
    const { aborted, errorType } = classify(error);
    const outcome = aborted || this.#signal?.aborted === true ? 'aborted' : 'error';
    this.#settle(outcome, this.#streamFacts(), { errorType });
  }

  #identify(): UsageContext {
    const { who } = this;
    if (who.user !== undefined) return who;
    const resolved = this.#resolve();
    const user = resolved?.user ?? cutLabel(this.facts.user);
    if (resolved === undefined) return user === undefined ? who : { ...who, user };
    return { ...resolved, ...who, ...(user !== undefined && { user }) };
  }

  #resolve(): UsageContext | undefined {
    const { resolveUser } = this.#pipeline;
    if (!resolveUser) return undefined;
    try {
      const { provider, endpoint, params } = this;
      const found: unknown = resolveUser({ provider: provider.name, operation: endpoint.operation, params });
      if (found instanceof Promise) {
        found.catch(() => {});
        throw new TypeError('it returned a promise; a call cannot wait for it');
      }
      return readUsageContext(typeof found === 'object' ? found : { user: found });
    } catch (fault) {
      warnOnce('user resolver', 'the `user` resolver failed; calls go on without it', fault);
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
      const { provider, endpoint, who } = this;
      const usage = facts?.usage;
      const intervals = this.#chunks - 1;
      const settled: SettledCall = {
        provider: provider.name,
        endpoint,
        requestModel: cutLabel(this.facts.model),
        responseModel: cutLabel(facts?.model),
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
        durationSeconds: (end - this.#start) / 1000,
        timeToFirstChunkSeconds: this.#chunks > 0 ? (this.#firstChunk - this.#start) / 1000 : undefined,
        timePerChunkSeconds: intervals > 0 ? (end - this.#firstChunk) / intervals / 1000 : undefined,
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
      at: new Date(this.#startedAtMs),
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
