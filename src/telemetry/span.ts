import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { CallSubject, SettledCall, Sink } from '../calls/pipeline.ts';
import { usdFromPico } from '../pricing/cost.ts';
import type { Client } from '../sdk/types.ts';
import { ATTR, SPAN_ATTR } from './names.ts';
import type { LateTracer } from './tracing.ts';

/** Spans that the SDK made itself: they are added to, and ended by the SDK. */
const native = new WeakSet<Span>();

/** The span of a call: the SDK's own where it has one, else a new one. Undefined when nobody records. */
export function startCallSpan(tracer: Tracer, call: CallSubject, nativeSpan?: Span): Span | undefined {
  if (nativeSpan) {
    native.add(nativeSpan);
    beforeEnd(nativeSpan, () => call.nativeSpanEnds?.());
    if (nativeSpan.isRecording()) nativeSpan.setAttributes(whoAttributes(call));
    return nativeSpan;
  }
  if ((tracer as Partial<LateTracer>).enabled?.() === false) return undefined;
  const span = tracer.startSpan(spanName(call), {
    kind: SpanKind.CLIENT,
    ...(call.startedAtMs !== undefined && { startTime: call.startedAtMs }),
    attributes: {
      [ATTR.operation]: call.operation,
      [ATTR.provider]: call.vendor,
      [ATTR.requestModel]: call.facts.model,
      ...serverAttributes(call.client),
    },
  });
  if (!span.isRecording() && !trace.isSpanContextValid(span.spanContext())) return undefined;
  if (span.isRecording()) span.setAttributes(requestAttributes(call));
  return span;
}

/** Sets what the request says, where it became known after the span was started. */
export function describeRequest(call: CallSubject, span: Span): void {
  if (!span.isRecording() || native.has(span)) return;
  span.updateName(spanName(call));
  span.setAttributes({ [ATTR.requestModel]: call.facts.model, ...requestAttributes(call) });
}

function requestAttributes(call: CallSubject): Attributes {
  return {
    ...(call.params.stream === true && { [SPAN_ATTR.stream]: true }),
    ...call.endpoint.requestAttributes?.(call.params),
    ...whoAttributes(call),
  };
}

export function runInSpan<T>(span: Span, fn: () => T): T {
  // The SDK puts its own span into the context itself.
  return native.has(span) ? fn() : context.with(trace.setSpan(context.active(), span), fn);
}

export const spanSink: Sink = {
  name: 'span',
  settle(call) {
    const { span } = call;
    if (!span) return;
    const isNative = native.has(span);
    if (span.isRecording()) {
      span.setAttributes(
        isNative ? meterAttributes(call) : { ...answerAttributes(call), ...meterAttributes(call) },
      );
      if ((call.outcome === 'error' || call.outcome === 'blocked') && !isNative)
        span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (!isNative) span.end();
  },
};

/** Runs `hook` when the SDK ends its span: what is set later would be lost. */
function beforeEnd(span: Span, hook: () => void): void {
  const end = Object.getOwnPropertyDescriptor(span, 'end');
  Object.defineProperty(span, 'end', {
    configurable: true,
    writable: true,
    value(...args: Parameters<Span['end']>) {
      if (end) Object.defineProperty(span, 'end', end);
      else Reflect.deleteProperty(span, 'end');
      hook();
      span.end(...args);
    },
  });
}

/** The SDK has ended its span before it told of the error. */
export function describeFailure(span: Span, isAborted: boolean): void {
  const { status } = span as { status?: { code?: unknown } };
  if (isAborted) span.setAttribute(SPAN_ATTR.outcome, 'aborted');
  else if (status?.code === SpanStatusCode.ERROR) span.setAttribute(SPAN_ATTR.outcome, 'error');
}

export function discardSpan(span: Span): void {
  if (!native.has(span)) span.end();
}

function spanName({ operation, facts }: CallSubject): string {
  return facts.model === undefined ? operation : `${operation} ${facts.model}`;
}

function whoAttributes({ who }: Pick<CallSubject, 'who'>): Attributes {
  return { [ATTR.userId]: who.shownUser, [ATTR.team]: who.team, [ATTR.feature]: who.feature };
}

/** What the conventions want of an answer; Anthropic's SDK sets these on its own spans. */
function answerAttributes(call: SettledCall): Attributes {
  const { usage } = call;
  return {
    ...call.attributes,
    [SPAN_ATTR.responseId]: call.responseId,
    [ATTR.responseModel]: call.responseModel,
    [SPAN_ATTR.finishReasons]: call.finishReasons.length > 0 ? [...call.finishReasons] : undefined,
    [SPAN_ATTR.timeToFirstChunk]: call.timeToFirstChunkSeconds,
    [ATTR.errorType]: call.errorType,
    [SPAN_ATTR.outputTokens]: usage?.output.total,
    [SPAN_ATTR.cacheReadTokens]: usage?.input.cacheRead,
    [SPAN_ATTR.cacheWriteTokens]: usage?.input.cacheWrite,
    [SPAN_ATTR.reasoningTokens]: usage?.output.reasoning,
  };
}

/** What only the meter knows: on every span. */
function meterAttributes(call: SettledCall): Attributes {
  return {
    [SPAN_ATTR.inputTokens]: call.usage?.input.total,
    [SPAN_ATTR.outcome]: call.outcome,
    [SPAN_ATTR.estimated]: call.usage?.estimated,
    [SPAN_ATTR.unmetered]: call.unmetered,
    [SPAN_ATTR.unpriced]: call.unpriced,
    ...(call.cost && {
      [SPAN_ATTR.costAmount]: usdFromPico(call.cost.picoUsd),
      [SPAN_ATTR.costCurrency]: 'USD',
      [SPAN_ATTR.costSource]: 'local',
    }),
  };
}

const servers = new Map<string, Attributes>();
const MAX_SERVERS = 100;

/** Parsed once for each base URL. */
function serverAttributes({ baseURL }: Client): Attributes | undefined {
  if (typeof baseURL !== 'string') return undefined;
  let attributes = servers.get(baseURL);
  if (!attributes && URL.canParse(baseURL)) {
    const { hostname, port, protocol } = new URL(baseURL);
    attributes = {
      [SPAN_ATTR.serverAddress]: hostname,
      [SPAN_ATTR.serverPort]: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
    };
    if (servers.size < MAX_SERVERS) servers.set(baseURL, attributes);
  }
  return attributes;
}
