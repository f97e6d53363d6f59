import type {
  Attributes,
  BatchObservableCallback,
  Histogram,
  Meter,
  Observable,
  ObservableGauge,
} from '@opentelemetry/api';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
import type { PriceTable } from '../pricing/types.ts';
import { warnOnce } from '../report.ts';
import type { Gauges } from './gauges.ts';
import { ATTR, DURATION_BUCKETS_SECONDS, type InstrumentName, METRIC } from './names.ts';
import type { SeriesTable } from './series-table.ts';

/** Of the price table, in the life of one process. */
const MAX_VERSIONS = 100;
/** Of failures, on histograms, which forget nothing. */
const MAX_ERROR_TYPES = 100;
const OTHER_ERROR = '_OTHER';

export interface MetricsOptions {
  /** All counters are in it. */
  readonly series: SeriesTable;
  /** Reports the series through a meter, if nobody else does. Returns how to stop. */
  observeSeries?(meter: Meter): () => void;
  priceTable(): PriceTable;
}

/** Where calls, and what else there is, become metrics. */
export interface Counting extends Sink {
  /** Counts something beside calls, once unless it is said how often. */
  count(metric: InstrumentName, labels: Attributes, amount?: number): void;
  /** Returns how to take them out. */
  addGauges(gauges: Gauges): () => void;
}

/** Has something to tell beside calls. */
export interface Reporter {
  /** Says where it is to be told. */
  showOn(counting: readonly Counting[]): void;
}

/** The metrics of one meter. Counters are kept in a table of our own; the rest are OTel instruments. */
export class Metrics implements Counting {
  readonly name = 'metrics';
  readonly #options: MetricsOptions;
  readonly #versions = new Set<string>();
  readonly #errorTypes = new Set<string>();
  #instruments: Instruments;
  #stopObserving: () => void;

  constructor(meter: Meter, options: MetricsOptions) {
    this.#options = options;
    this.#instruments = createInstruments(meter);
    this.#stopObserving = this.#observe(meter);
  }

  /** Moves to another meter; the sums stay. */
  useMeter(meter: Meter): void {
    this.#stopObserving();
    this.#instruments = createInstruments(meter);
    this.#stopObserving = this.#observe(meter);
  }

  settle(call: SettledCall): void {
    const { labels } = this.#options.series.add(call);
    const { duration, timeToFirstChunk, timePerOutputChunk } = this.#instruments;
    const timed = this.#withError(labels, call.errorType);
    if (call.durationSeconds !== undefined) duration.record(call.durationSeconds, timed);
    if (call.timeToFirstChunkSeconds !== undefined)
      timeToFirstChunk.record(call.timeToFirstChunkSeconds, timed);
    if (call.timePerChunkSeconds !== undefined) timePerOutputChunk.record(call.timePerChunkSeconds, timed);
    if (call.refused) this.count(METRIC.budgetBlocked, this.#named(call.refused.labels));
    if (call.unmetered !== undefined) warnUnmetered(call);
    if (call.unpriced !== undefined) warnUnpriced(call);
  }

  count(metric: InstrumentName, labels: Attributes, amount = 1): void {
    this.#options.series.count(metric, labels, amount);
  }

  addGauges(gauges: Gauges): () => void {
    this.#options.series.gauges.add(gauges);
    return () => this.#options.series.gauges.delete(gauges);
  }

  #named(labels: Attributes): Attributes {
    const user = labels[ATTR.userId];
    return user === undefined
      ? labels
      : { ...labels, [ATTR.userId]: this.#options.series.nameOf(String(user)) };
  }

  #withError(labels: Attributes, errorType: string | undefined): Attributes {
    if (errorType === undefined) return labels;
    if (this.#errorTypes.size < MAX_ERROR_TYPES) this.#errorTypes.add(errorType);
    return { ...labels, [ATTR.errorType]: this.#errorTypes.has(errorType) ? errorType : OTHER_ERROR };
  }

  #observe(meter: Meter): () => void {
    const { priceTable, priceTableAge } = this.#instruments;
    const stopObserving = observe(meter, [priceTable, priceTableAge], (result) => {
      const { version, date } = this.#options.priceTable();
      result.observe(priceTableAge, (Date.now() - Date.parse(date)) / 1000);
      // A series once observed stays: so it must say that it is of the past.
      if (this.#versions.size < MAX_VERSIONS) this.#versions.add(version);
      for (const seen of this.#versions)
        result.observe(priceTable, seen === version ? 1 : 0, { version: seen });
    });
    const stopObservingSeries = this.#options.observeSeries?.(meter);
    return () => {
      stopObserving();
      stopObservingSeries?.();
    };
  }
}

/** Returns how to stop. */
export function observe(
  meter: Meter,
  instruments: Observable[],
  callback: BatchObservableCallback,
): () => void {
  meter.addBatchObservableCallback(callback, instruments);
  return () => meter.removeBatchObservableCallback(callback, instruments);
}

interface Instruments {
  readonly priceTable: ObservableGauge;
  readonly priceTableAge: ObservableGauge;
  readonly duration: Histogram;
  readonly timeToFirstChunk: Histogram;
  readonly timePerOutputChunk: Histogram;
}

function createInstruments(meter: Meter): Instruments {
  const gauge = ({ name, ...options }: InstrumentName) => meter.createObservableGauge(name, options);
  const advice = { explicitBucketBoundaries: DURATION_BUCKETS_SECONDS };
  const histogram = ({ name, ...options }: InstrumentName) =>
    meter.createHistogram(name, { ...options, advice });
  return {
    priceTable: gauge(METRIC.priceTable),
    priceTableAge: gauge(METRIC.priceTableAge),
    duration: histogram(METRIC.duration),
    timeToFirstChunk: histogram(METRIC.timeToFirstChunk),
    timePerOutputChunk: histogram(METRIC.timePerOutputChunk),
  };
}

function warnUnmetered({ provider, requestModel, unmetered }: SettledCall): void {
  warnOnce(
    `unmetered:${unmetered}`,
    `a call to ${provider} (${requestModel ?? 'unknown model'}) has no complete usage: ${unmetered}. ` +
      `Such calls are counted in ${METRIC.unmetered.name}.`,
  );
}

function warnUnpriced({ provider, requestModel, responseModel, unpriced }: SettledCall): void {
  const model = responseModel ?? requestModel ?? 'unknown model';
  warnOnce(
    `unpriced:${provider}:${model}`,
    `a call to ${provider} (${model}) has no known price: ${unpriced}. Such calls are counted in ${METRIC.unpriced.name}.`,
  );
}
