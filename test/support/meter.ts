import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { TokenmeterInstrumentation, type TokenmeterInstrumentationConfig } from '../../src/index.ts';

class Reader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface Point {
  readonly metric: string;
  readonly labels: Attributes;
  readonly value: unknown;
}

/** An instrumentation with the real OTel SDK behind it, read in memory. */
export interface TestMeter {
  readonly instrumentation: TokenmeterInstrumentation;
  points(): Promise<Point[]>;
  /** The sum of a counter over all series that have these labels. */
  sum(metric: string, labels?: Attributes): Promise<number>;
  /** The spans that ended since the last call of this function. */
  takeSpans(): ReadableSpan[];
}

export function createMeter(config: TokenmeterInstrumentationConfig = {}): TestMeter {
  const reader = new Reader();
  const exporter = new InMemorySpanExporter();
  const instrumentation = new TokenmeterInstrumentation({ ...config, enabled: false });
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
  instrumentation.setTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  instrumentation.enable();

  async function points(): Promise<Point[]> {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'collection failed');
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor, dataPoints }) =>
        (dataPoints as DataPoint<unknown>[]).map(({ attributes, value }) => ({
          metric: descriptor.name,
          labels: attributes,
          value,
        })),
      ),
    );
  }

  return {
    instrumentation,
    points,
    async sum(metric, labels = {}) {
      const matching = (await points()).filter(
        (point) =>
          point.metric === metric &&
          Object.entries(labels).every(([name, value]) => point.labels[name] === value),
      );
      return matching.reduce((total, { value }) => total + (value as number), 0);
    },
    takeSpans() {
      const spans = exporter.getFinishedSpans();
      exporter.reset();
      return spans;
    },
  };
}
