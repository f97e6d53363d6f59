import { createRequire } from 'node:module';
import { diag } from '@opentelemetry/api';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  type IMetricReader,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { seriesProducer } from './producer.ts';
import type { SeriesTable } from './series-table.ts';

// Loaded only where OTLP is asked for.
const load = createRequire(import.meta.url);

const OTLP_PACKAGES: Readonly<Record<string, string>> = {
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  grpc: '@opentelemetry/exporter-metrics-otlp-grpc',
};

/** What is pushed, and how often. */
export interface Pushing {
  readonly series: SeriesTable;
  /** How often a new counter is reported as 0 first. */
  readonly zeros: number;
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
}

/** A reader that pushes to where the standard OTEL_EXPORTER_OTLP_* variables say. */
export function otlpReader(pushing: Pushing, environment: NodeJS.ProcessEnv): IMetricReader {
  const protocol =
    environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ||
    environment.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf';
  const known = OTLP_PACKAGES[protocol];
  if (!known) diag.warn(`unsupported OTLP protocol "${protocol}", using http/protobuf`);
  const { OTLPMetricExporter } = load(known ?? '@opentelemetry/exporter-metrics-otlp-proto') as {
    OTLPMetricExporter: new () => PushMetricExporter;
  };
  return periodic(new OTLPMetricExporter(), pushing);
}

export function consoleReader(pushing: Pushing): IMetricReader {
  return periodic(new ConsoleMetricExporter(), pushing);
}

function periodic(exporter: PushMetricExporter, pushing: Pushing): IMetricReader {
  const { series, zeros, exportIntervalMillis, exportTimeoutMillis } = pushing;
  const temporality =
    exporter.selectAggregationTemporality?.(InstrumentType.OBSERVABLE_COUNTER) ??
    AggregationTemporality.CUMULATIVE;
  return new PeriodicExportingMetricReader({
    exporter,
    metricProducers: [seriesProducer(series, { temporality, zeros })],
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportTimeoutMillis, exportIntervalMillis),
  });
}
