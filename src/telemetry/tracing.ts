import { createRequire } from 'node:module';
import {
  INVALID_SPAN_CONTEXT,
  type ProxyTracerProvider,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { SCOPE_NAME } from './names.ts';
import { createResource } from './resource.ts';

// Loaded only where traces are exported: it brings every exporter there is.
const load = createRequire(import.meta.url);
type OtelSdk = typeof import('@opentelemetry/sdk-node');

/** Whether the standard variables name a place for traces. */
export function tracesAreConfigured(environment: NodeJS.ProcessEnv): boolean {
  const exporters = environment.OTEL_TRACES_EXPORTER;
  if (exporters) return exporters.split(',').some((name) => name.trim() !== 'none');
  return Boolean(environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT);
}

/** The OTel SDK's tracing, set up by the standard variables. */
export interface Tracing {
  /** Registers it globally, unless the app has registered its own. */
  start(): void;
  shutdown(): Promise<void>;
}

export function prepareTracing(serviceName: string | undefined): Tracing {
  // Loaded now, so that no call has to wait for it.
  const { NodeSDK } = load('@opentelemetry/sdk-node') as OtelSdk;
  let sdk: InstanceType<OtelSdk['NodeSDK']> | undefined;
  return {
    start() {
      if (registeredTracer(SCOPE_NAME)) return;
      // Traces only: metrics have their own provider, and log records are not ours to set up.
      sdk = new NodeSDK({
        resource: createResource(serviceName),
        autoDetectResources: false,
        metricReaders: [],
        logRecordProcessors: [],
      });
      sdk.start();
    },
    shutdown: async () => sdk?.shutdown(),
  };
}

/**
 * A provider whose tracers are those of the app's provider, whenever it is registered.
 *
 * `tracing` is started with the first span. An app sets up its own while it starts, which is after
 * `tokenmeter/register`, and OpenTelemetry takes only the first provider: taking the place at once
 * would silence the app's own traces. OpenTelemetry's own proxies do not do here: the API may be
 * loaded twice, as CommonJS and as ES module, and each has proxies that know nothing of the other.
 */
export function lateTracerProvider(tracing?: Tracing): TracerProvider {
  let undecided = tracing;
  return {
    getTracer(name, version) {
      let tracer: Tracer | undefined;
      const find = (): Tracer => {
        undecided?.start();
        undecided = undefined;
        tracer ??= registeredTracer(name, version);
        return tracer ?? silent;
      };
      const late: LateTracer = {
        enabled: () => find() !== silent,
        startSpan: (...args) => find().startSpan(...args),
        startActiveSpan: (...args: unknown[]) => {
          const found = find();
          return Reflect.apply(found.startActiveSpan, found, args);
        },
      };
      return late;
    },
  };
}

/** A tracer that knows whether anybody would see its spans, as the OTel specification's `Enabled`. */
export interface LateTracer extends Tracer {
  enabled(): boolean;
}

/** The tracer of the provider that is registered by now, if one is. */
function registeredTracer(name: string, version?: string): Tracer | undefined {
  const provider = trace.getTracerProvider() as TracerProvider & Partial<ProxyTracerProvider>;
  return provider.getDelegateTracer
    ? provider.getDelegateTracer(name, version)
    : provider.getTracer(name, version);
}

const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** Records nothing, and costs nothing. */
const silent: Tracer = {
  startSpan: () => noSpan,
  startActiveSpan: (...args: unknown[]) => (args.at(-1) as (span: typeof noSpan) => never)(noSpan),
};
