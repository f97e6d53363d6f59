import type { HrTime } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  InstrumentType,
  type MetricProducer,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { VERSION } from '../version.ts';
import { type InstrumentName, SCOPE_NAME } from './names.ts';
import { COUNTERS, type Point, pointsOf } from './points.ts';
import type { Collection } from './reader.ts';
import type { Series } from './series.ts';
import type { SeriesTable } from './series-table.ts';

export interface ProducerOptions {
  readonly temporality: AggregationTemporality;
  /** How often a new counter is reported as 0 first. */
  readonly zeros: number;
}

/** What a reader that pushes collects of a table, beside what the OTel SDK keeps. For one reader. */
export function seriesProducer(table: SeriesTable, options: ProducerOptions): MetricProducer {
  const reader = table.addReader(options);
  const isDelta = options.temporality === AggregationTemporality.DELTA;
  /** What was reported of each series, for those who want the difference. */
  const reported = new WeakMap<Series, number[]>();
  /** Milliseconds since the epoch. */
  let lastTime: number | undefined;

  function dataOf(metric: InstrumentName, collection: Collection, now: number): SumMetricData {
    const toDataPoint = ({ series, cell, labels, value }: Point): DataPoint<number> => {
      const started = Math.min(series.startedAt, now);
      const common = { attributes: { ...series.labels, ...labels }, endTime: hrTime(now) };
      if (!isDelta) return { ...common, startTime: hrTime(started), value };
      const before = reported.get(series) ?? [];
      const difference = value - (before[cell] ?? 0);
      before[cell] = value;
      reported.set(series, before);
      return { ...common, startTime: hrTime(lastTime ?? started), value: difference };
    };
    const dataPoints = Array.from(pointsOf(metric, table, collection), toDataPoint);
    // OTel SDK 2 wants to see the type.
    const descriptor = { ...metric, type: InstrumentType.OBSERVABLE_COUNTER, valueType: 1 };
    return {
      descriptor,
      aggregationTemporality: options.temporality,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      // A difference of 0 says nothing.
      dataPoints: isDelta ? dataPoints.filter(({ value }) => value !== 0) : dataPoints,
    };
  }

  return {
    async collect() {
      table.sweep();
      const collection = reader.begin();
      // A clock may be set back; the time of what was pushed may not.
      const now = Math.max(Date.now(), lastTime ?? 0);
      const metrics = COUNTERS.map((metric) => dataOf(metric, collection, now)).filter(
        ({ dataPoints }) => dataPoints.length > 0,
      );
      lastTime = now;
      reader.end(collection);
      const scopeMetrics =
        metrics.length > 0 ? [{ scope: { name: SCOPE_NAME, version: VERSION }, metrics }] : [];
      // The resource is the reader's own.
      return { resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics }, errors: [] };
    },
  };
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}
