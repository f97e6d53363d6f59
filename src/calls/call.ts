import type { Span } from '@opentelemetry/api';
import { NOTHING_SPENT } from '../budgets/budget.ts';
import type { Admission, Refused, Reservation } from '../budgets/budgets.ts';
import { currentUsageContext } from '../context.ts';
import type {
  Endpoint,
  Operation,
  Params,
  Provider,
  RequestFacts,
  ResponseFacts,
  StreamReader,
} from '../providers/types.ts';
import { reportFault } from '../report.ts';
import { plainParams } from '../sdk/params.ts';
import type { CallObserver, Client, RequestOptions } from '../sdk/types.ts';
import { classify } from './error-type.ts';
import { estimateUsage } from './estimate.ts';
import type { CallSubject, Outcome, Pipeline, UnmeteredReason } from './pipeline.ts';
import { sessionKey } from './session.ts';
import { settle } from './settle.ts';
import { identify, type Who } from './who.ts';

const NO_FACTS: RequestFacts = Object.freeze({});
const NO_PARAMS: Params = Object.freeze({});

// The functions of this moment: an app's fake timers must neither slow nor stop the meter's clock.
const now = performance.now.bind(performance);
const wallClock = Date.now;

/** One call's life: begun once, settled exactly once. */
export class Call implements CallObserver, CallSubject {
  readonly provider: Provider;
  readonly vendor: string;
  readonly operation: Operation;
  readonly endpoint: Endpoint;
  readonly client: Client;
  who: Who = currentUsageContext();
  facts: RequestFacts = NO_FACTS;
  params: Params = NO_PARAMS;
  known = false;
  restores = false;
  readonly readsLines = false;
  amends: boolean;

  readonly #pipeline: Pipeline;
  readonly #start = now();
  readonly #startedAtMs = wallClock();
  #span: Span | undefined;
  /** Weak: whatever fetches holds the answer there, which would never be lost. */
  #signal: WeakRef<AbortSignal> | undefined;
  /** The app's signal had ended the call before it began. */
  #neverSent = false;
  #reader: StreamReader | undefined;
  #streaming = false;
  /** The provider began to answer: what it does not say from here on is charged all the same. */
  #answered = false;
  #raw = false;
  #firstChunk = 0;
  #chunks = 0;
  /** For how many things the app waits. */
  #waits = 0;
  #settled = false;
  #reservation: Reservation | undefined;
  #refused: Refused | undefined;

  constructor(pipeline: Pipeline, provider: Provider, endpoint: Endpoint, client: Client) {
    this.#pipeline = pipeline;
    this.provider = provider;
    this.vendor = provider.vendorOf(client);
    this.operation = endpoint.operation;
    this.endpoint = endpoint;
    this.client = client;
    this.amends = pipeline.streamUsage && endpoint.askForUsage !== undefined;
    pipeline.openCalls.add(this);
  }

  get isGated(): boolean {
    return this.#pipeline.admit !== undefined;
  }

  admission(): void | Promise<void> {
    let admission: Admission | undefined | Promise<Admission>;
    try {
      admission = this.#pipeline.admit?.(this);
    } catch (fault) {
      reportFault('asking the budgets', fault);
    }
    if (admission === undefined) return;
    if (!(admission instanceof Promise)) return this.#decide(admission);
    return admission.then((decided) => this.#decide(decided));
  }

  /** Throws what the app is to get instead of an answer. */
  #decide(admission: Admission): void {
    if (!('error' in admission)) {
      // Given up while the budgets were asked: nobody else would settle it.
      if (this.#settled) admission.settle(NOTHING_SPENT);
      else this.#reservation = admission;
      return;
    }
    this.#refused = admission;
    this.#settle('blocked', undefined, { errorType: admission.error.name });
    throw admission.error;
  }

  get progress(): number {
    return this.#chunks;
  }

  get waiting(): boolean {
    return this.#waits > 0;
  }

  waits(): void {
    this.#waits++;
  }

  waited(): void {
    this.#waits--;
  }

  amend(body: string): string | undefined {
    // Nobody could keep the extra chunk from an app that reads the response itself.
    if (this.#raw) return undefined;
    const amended = this.endpoint.askForUsage?.(body, this.client);
    if (amended !== undefined) this.restores = true;
    return amended;
  }

  request(options: RequestOptions): void {
    this.known = true;
    try {
      const { body, signal, stream } = options;
      this.amends &&= Boolean(stream);
      this.params = plainParams(body) ?? NO_PARAMS;
      if (signal instanceof AbortSignal) {
        this.#signal = new WeakRef(signal);
        this.#neverSent = signal.aborted;
      }
      this.facts = this.endpoint.request(this.params, this.client);
      this.who = identify(
        this.who,
        this.#pipeline.users,
        { provider: this.vendor, operation: this.operation, params: this.params },
        this.facts.user,
      );
      if (this.#span) this.#pipeline.describeRequest(this, this.#span);
      else this.#span = this.#pipeline.startSpan(this, nativeSpanOf(options));
    } catch (fault) {
      reportFault('reading a request', fault);
    }
  }

  run<T>(send: (client: Client, options: unknown) => T, client: Client, options: unknown): T {
    try {
      this.#span ??= this.#pipeline.startSpan(this);
    } catch (fault) {
      reportFault('starting a span', fault);
    }
    const span = this.#span;
    return span ? this.#pipeline.runInSpan(span, () => send(client, options)) : send(client, options);
  }

  result(value: unknown): void {
    if (this.#settled) return;
    const facts = this.#read(() => this.endpoint.response(value, this.params));
    this.#settle(facts?.errorType === undefined ? 'ok' : 'error', facts);
  }

  streaming(): void {
    this.#streaming = true;
    this.#reader = this.endpoint.stream?.(this.params);
  }

  event(event: unknown): unknown {
    if (this.#chunks++ === 0) this.#firstChunk = now();
    const reader = this.#reader;
    if (!reader) return event;
    try {
      // Also of a call that was given up: what was added must not reach the app.
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

  abandoned(): void {
    if (this.#reader?.complete) this.closed();
    else this.#settle('aborted', this.#streamFacts(), { cut: 'abandoned' });
  }

  answered(): void {
    this.#answered = true;
  }

  discard(): void {
    this.#settled = true;
    this.#pipeline.openCalls.delete(this);
    this.#reservation?.settle(NOTHING_SPENT);
    if (this.#span) this.#pipeline.discardSpan(this.#span);
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
    const outcome = aborted || this.#isAborted() ? 'aborted' : 'error';
    const timedOut = errorType === 'APIConnectionTimeoutError';
    this.#settle(outcome, this.#streamFacts(), { errorType, ...(timedOut && { cut: 'timeout' }) });
  }

  nativeSpanEnds(): void {
    try {
      if (this.#settled) return;
      if (this.#streaming) this.closed();
      else if (this.#span) this.#pipeline.describeFailure(this.#span, this.#isAborted());
    } catch (fault) {
      reportFault('a span of the SDK that ends', fault);
    }
  }

  #isAborted(): boolean {
    return this.#signal?.deref()?.aborted === true;
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
    more: { errorType?: string; unmetered?: UnmeteredReason; cut?: UnmeteredReason } = {},
  ): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#pipeline.openCalls.delete(this);
    const end = now();
    const intervals = this.#chunks - 1;
    const cut = this.#cutShort(outcome, facts, more.cut);
    const isFirst = this.#expectResults(facts);
    const usage = cut === undefined ? facts?.usage : this.#estimate(facts);
    settle(this.#pipeline, this, {
      outcome,
      facts,
      usage: isFirst ? usage : undefined,
      unmetered: more.unmetered ?? cut ?? this.#unmetered(outcome, facts),
      errorType: more.errorType ?? facts?.errorType,
      workId: isFirst ? facts?.retrievable : undefined,
      requests: 1,
      startedAtMs: this.#startedAtMs,
      durationSeconds: (end - this.#start) / 1000,
      timeToFirstChunkSeconds: this.#chunks > 0 ? (this.#firstChunk - this.#start) / 1000 : undefined,
      timePerChunkSeconds: intervals > 0 ? (end - this.#firstChunk) / intervals / 1000 : undefined,
      span: this.#span,
      reservation: this.#holdReservation(facts),
      refused: this.#refused,
    });
  }

  /** Why the answer, or its rest, is lost to the meter though the provider charges for it; else undefined. */
  #cutShort(
    outcome: Outcome,
    facts: ResponseFacts | undefined,
    given: UnmeteredReason | undefined,
  ): UnmeteredReason | undefined {
    if (
      outcome === 'ok' ||
      outcome === 'blocked' ||
      this.#neverSent ||
      this.endpoint.free ||
      facts?.deferred !== undefined
    )
      return;
    if (given !== undefined) return given;
    if (this.#reader?.complete) return undefined;
    if (outcome === 'aborted') return 'aborted';
    return this.#streaming || this.#answered ? 'stream_error' : undefined;
  }

  #estimate(facts: ResponseFacts | undefined) {
    const { prompt } = this.endpoint;
    // Where the model reads no text, there is nothing to go by.
    if (!prompt) return facts?.usage;
    try {
      return estimateUsage(facts?.usage, prompt(this.params), this.#reader?.written);
    } catch (fault) {
      reportFault('estimating usage', fault);
      return facts?.usage;
    }
  }

  /** A request that was refused costs nothing; one that was answered should have told its usage. */
  #unmetered(outcome: Outcome, facts: ResponseFacts | undefined): UnmeteredReason | undefined {
    if (this.endpoint.free || facts?.deferred !== undefined || facts?.usage) return undefined;
    if (facts?.rawUsage != null) return 'invalid_usage';
    return outcome === 'ok' ? (this.endpoint.unmetered ?? 'no_usage') : undefined;
  }

  /** Of work whose result comes later it is held until then. */
  #holdReservation(facts: ResponseFacts | undefined): Reservation | undefined {
    if (facts?.deferred === undefined || !this.#reservation) return this.#reservation;
    this.#pipeline.deferred.hold(facts.deferred, this.#reservation);
    return undefined;
  }

  /** False when a retrieval was first to bring the same results. */
  #expectResults(facts: ResponseFacts | undefined): boolean {
    const { deferred, sessions } = this.#pipeline;
    if (facts?.session !== undefined) sessions.expect(sessionKey(this.client, facts.session), this.who);
    if (facts?.deferred !== undefined) deferred.expect(facts.deferred, this.who);
    return facts?.retrievable === undefined || deferred.claim(facts.retrievable, facts.retrievable);
  }
}

/** Anthropic's SDK starts a span of its own and passes it on in the options. */
function nativeSpanOf(options: RequestOptions): Span | undefined {
  const holder = options.__span as { span?: Span } | null | undefined;
  return typeof holder?.span?.setAttribute === 'function' ? holder.span : undefined;
}
