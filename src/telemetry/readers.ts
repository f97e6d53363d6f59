import { createRequire } from 'node:module';
import { diag } from '@opentelemetry/api';
import {
  ConsoleMetricExporter,
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';

// Loaded only where OTLP is asked for.
const load = createRequire(import.meta.url);

const OTLP_PACKAGES: Readonly<Record<string, string>> = {
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  grpc: '@opentelemetry/exporter-metrics-otlp-grpc',
};

/** A reader that pushes to where the standard OTEL_EXPORTER_OTLP_* variables say. */
export function otlpReader(environment: NodeJS.ProcessEnv): IMetricReader {
  const protocol =
    environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ||
    environment.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf';
  const known = OTLP_PACKAGES[protocol];
  if (!known) diag.warn(`unsupported OTLP protocol "${protocol}", using http/protobuf`);
  const { OTLPMetricExporter } = load(known ?? '@opentelemetry/exporter-metrics-otlp-proto') as {
    OTLPMetricExporter: new () => PushMetricExporter;
  };
  return periodic(new OTLPMetricExporter(), environment);
}

export function consoleReader(environment: NodeJS.ProcessEnv): IMetricReader {
  return periodic(new ConsoleMetricExporter(), environment);
}

function periodic(exporter: PushMetricExporter, environment: NodeJS.ProcessEnv): IMetricReader {
  const interval = Number(environment.OTEL_METRIC_EXPORT_INTERVAL) || 60_000;
  const timeout = Number(environment.OTEL_METRIC_EXPORT_TIMEOUT) || 30_000;
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(timeout, interval),
  });
}
