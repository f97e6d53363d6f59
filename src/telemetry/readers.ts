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

interface Timing {
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
}

/** A reader that pushes to where the standard OTEL_EXPORTER_OTLP_* variables say. */
export function otlpReader(timing: Timing, environment: NodeJS.ProcessEnv): IMetricReader {
  const protocol =
    environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ||
    environment.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf';
  const known = OTLP_PACKAGES[protocol];
  if (!known) diag.warn(`unsupported OTLP protocol "${protocol}", using http/protobuf`);
  const { OTLPMetricExporter } = load(known ?? '@opentelemetry/exporter-metrics-otlp-proto') as {
    OTLPMetricExporter: new () => PushMetricExporter;
  };
  return periodic(new OTLPMetricExporter(), timing);
}

export function consoleReader(timing: Timing): IMetricReader {
  return periodic(new ConsoleMetricExporter(), timing);
}

function periodic(exporter: PushMetricExporter, timing: Timing): IMetricReader {
  const { exportIntervalMillis, exportTimeoutMillis } = timing;
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportTimeoutMillis, exportIntervalMillis),
  });
}
