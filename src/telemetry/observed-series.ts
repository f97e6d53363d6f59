import type { Meter, ObservableCounter, ObservableGauge } from '@opentelemetry/api';
import type { MeterConfig } from '../config.ts';
import { reportFault } from '../report.ts';
import { readGauges } from './gauges.ts';
import { observe } from './metrics.ts';
import { GAUGES, type InstrumentName } from './names.ts';
import { COUNTERS, pointsOf } from './points.ts';
import { ZEROS } from './reader.ts';
import type { SeriesTable } from './series-table.ts';

/** OpenTelemetry's own limit is 2,000 for each metric, unless a View of the app says otherwise. */
export const SHARED_MAX_SERIES = 1500;

/** What is known of readers of a meter provider that is the app's own. */
interface ProviderInternals {
  readonly _meterSharedState?: {
    readonly _meterProviderSharedState?: {
      readonly metricCollectors?: readonly { readonly _metricReader?: object }[];
    };
  };
}

/**
 * How often new counters are reported as 0 first. The provider's readers collect in turn, and the API does
 * not say which: so each gets its zeros only when all together have collected often enough.
 */
export function zerosFor(zeroFirst: MeterConfig['zeroFirst'], meter: Meter): number {
  const shared = (meter as ProviderInternals)._meterSharedState?._meterProviderSharedState;
  const readers = Array.from(shared?.metricCollectors ?? [], ({ _metricReader }) => _metricReader);
  const isScraped = readers.some((reader) => reader?.constructor.name === 'PrometheusExporter');
  const isOn = zeroFirst === 'always' || (zeroFirst !== 'never' && isScraped);
  return isOn ? ZEROS * Math.max(1, readers.length) : 0;
}

/**
 * Reports a table's series through the observable instruments of a meter: for a meter provider of the
 * app's own, whose readers cannot be told apart.
 *
 * @returns How to stop.
 */
export function observeSeries(table: SeriesTable, meter: Meter, zeros: number): () => void {
  const counters = new Map<InstrumentName, ObservableCounter>();
  for (const metric of COUNTERS) {
    const { name, ...options } = metric;
    counters.set(metric, meter.createObservableCounter(name, options));
  }
  const gauges = new Map<InstrumentName, ObservableGauge>();
  for (const metric of GAUGES) {
    const { name, ...options } = metric;
    gauges.set(metric, meter.createObservableGauge(name, options));
  }
  const reader = table.addReader({ zeros });
  const stopObserving = observe(meter, [...counters.values()], (result) => {
    table.sweep();
    const collection = reader.begin();
    for (const [metric, counter] of counters) {
      for (const { series, labels, value } of pointsOf(metric, table, collection)) {
        result.observe(counter, value, { ...series.labels, ...labels });
      }
    }
    reader.end(collection);
  });
  const stopReading = observe(meter, [...gauges.values()], async (result) => {
    const all = await readGauges(table.gauges, (fault) => reportFault('reading gauges', fault));
    for (const [metric, readings] of all) {
      const gauge = gauges.get(metric);
      for (const { labels, value } of readings) if (gauge) result.observe(gauge, value, labels);
    }
  });
  return () => {
    stopObserving();
    stopReading();
    table.removeReader(reader);
  };
}
