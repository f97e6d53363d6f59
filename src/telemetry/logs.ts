import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { type Attributes, type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
import { cleanLabel } from '../label.ts';
import { usdFromPico } from '../pricing/cost.ts';
import { whatLabels, whoLabels } from './labels.ts';
import { ATTR, LOG_ATTR, LOG_EVENT, SCOPE_NAME, SPAN_ATTR } from './names.ts';
import { createResource } from './resource.ts';

/** What of OpenTelemetry's loggers is used: they are of one package in its version 2, and of another in 3. */
export interface CallLogger {
  emit(record: {
    readonly eventName: string;
    readonly timestamp: number;
    readonly severityNumber: number;
    readonly severityText: string;
    readonly attributes: Attributes;
    readonly context: Context;
  }): void;
}

const INFO = { severityNumber: 9, severityText: 'INFO' } as const;
const WARN = { severityNumber: 13, severityText: 'WARN' } as const;

/** One log record a call: for those who keep, and ask, logs. No content of messages is in it. */
export function callLogs(logger: () => CallLogger): Sink {
  return {
    name: 'logs',
    settle(call) {
      logger().emit({
        eventName: LOG_EVENT,
        timestamp: call.startedAtMs,
        ...(call.outcome === 'ok' ? INFO : WARN),
        attributes: attributesOf(call),
        context: call.span ? trace.setSpan(ROOT_CONTEXT, call.span) : ROOT_CONTEXT,
      });
    },
  };
}

function attributesOf(call: SettledCall): Attributes {
  const { usage, cost } = call;
  const { input, output } = usage ?? {};
  const attributes: Attributes = {
    [LOG_ATTR.id]: call.id,
    ...whoLabels(call.who),
    ...whatLabels(call),
    [ATTR.outcome]: call.outcome,
    [ATTR.errorType]: call.errorType,
    [LOG_ATTR.endpoint]: cleanLabel(call.endpoint),
    [SPAN_ATTR.responseId]: cleanLabel(call.responseId),
    [SPAN_ATTR.inputTokens]: input?.total,
    [SPAN_ATTR.outputTokens]: output?.total,
    [SPAN_ATTR.cacheReadTokens]: input?.cacheRead,
    [SPAN_ATTR.cacheWriteTokens]: input?.cacheWrite,
    [SPAN_ATTR.reasoningTokens]: output?.reasoning,
    [LOG_ATTR.totalTokens]: input && output && input.total + output.total,
    [LOG_ATTR.inputAudioTokens]: input?.audio,
    [LOG_ATTR.inputImageTokens]: input?.image,
    [LOG_ATTR.outputAudioTokens]: output?.audio,
    [LOG_ATTR.outputImageTokens]: output?.image,
    [SPAN_ATTR.timeToFirstChunk]: call.timeToFirstChunkSeconds,
    [SPAN_ATTR.estimated]: usage?.estimated,
    [SPAN_ATTR.unmetered]: call.unmetered,
    [SPAN_ATTR.unpriced]: cleanLabel(call.unpriced),
    [SPAN_ATTR.costAmount]: cost && usdFromPico(cost.picoUsd),
    [SPAN_ATTR.costCurrency]: cost && 'USD',
    // As text: what reads numbers as doubles would not keep all digits.
    [LOG_ATTR.costPicoUsd]: cost?.picoUsd.toString(),
    [LOG_ATTR.requests]: call.requests,
    [LOG_ATTR.durationSeconds]: call.durationSeconds,
    [LOG_ATTR.serviceTier]: cleanLabel(usage?.serviceTier),
    [LOG_ATTR.priceVersion]: cost?.tableVersion,
    [LOG_ATTR.confidence]: cost?.confidence,
  };
  for (const name in attributes) if (attributes[name] === undefined) delete attributes[name];
  return attributes;
}

/**
 * The logger of the provider that is registered by now. It is looked up when it is needed, as tracers are: see
 * `lateTracerProvider`. Undefined with OpenTelemetry 2, whose loggers are elsewhere.
 */
export function registeredLogger(): CallLogger | undefined {
  const { logs } = api as { logs?: { getLoggerProvider(): { getLogger(name: string): CallLogger } } };
  return logs?.getLoggerProvider().getLogger(SCOPE_NAME);
}

/** The OTel SDK's logs, set up by the standard variables. */
export interface Logging {
  /** Registers it globally, unless the app has registered its own. */
  start(): void;
  shutdown(): Promise<void>;
}

// Loaded only where logs are exported: it brings every exporter there is.
const load = createRequire(import.meta.url);
type OtelSdk = typeof import('@opentelemetry/sdk-node');

export function logsAreConfigured(environment: NodeJS.ProcessEnv): boolean {
  const exporters = environment.OTEL_LOGS_EXPORTER;
  return Boolean(exporters) && exporters !== 'none';
}

export function prepareLogs(serviceName: string | undefined): Logging {
  const { NodeSDK } = load('@opentelemetry/sdk-node') as OtelSdk;
  let sdk: InstanceType<OtelSdk['NodeSDK']> | undefined;
  return {
    start() {
      // Logs only: traces and metrics have their own.
      sdk ??= new NodeSDK({
        resource: createResource(serviceName),
        autoDetectResources: false,
        spanProcessors: [],
        metricReaders: [],
      });
      sdk.start();
    },
    shutdown: async () => sdk?.shutdown(),
  };
}
