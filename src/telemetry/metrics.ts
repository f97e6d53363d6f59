import type {
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  ObservableCounter,
  ObservableGauge,
} from '@opentelemetry/api';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
import { usdFromPico } from '../pricing/cost.ts';
import type { PriceTable } from '../pricing/types.ts';
import { warnOnce } from '../report.ts';
import { ATTR, DURATION_BUCKETS_SECONDS, type InstrumentName, METRIC } from './names.ts';
import { type Series, SeriesTable } from './series.ts';

/** Of the price table, in the life of one process. */
const MAX_VERSIONS = 100;

/** The metrics of one meter. Per-user sums are kept in a table and observed; the rest are OTel instruments. */
export class Metrics implements Sink {
  readonly name = 'metrics';
  readonly #series = new SeriesTable();
  readonly #priceTable: () => PriceTable;
  readonly #versions = new Set<string>();
  #instruments: Instruments;
  #stopObserving: () => void;

  constructor(meter: Meter, priceTable: () => PriceTable) {
    this.#priceTable = priceTable;
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
    const { what } = this.#series.add(call);
    const { duration, timeToFirstChunk, timePerOutputChunk, unmetered, unpriced } = this.#instruments;
    const timed = call.errorType === undefined ? what : { ...what, [ATTR.errorType]: call.errorType };
    if (call.durationSeconds !== undefined) duration.record(call.durationSeconds, timed);
    if (call.timeToFirstChunkSeconds !== undefined)
      timeToFirstChunk.record(call.timeToFirstChunkSeconds, timed);
    if (call.timePerChunkSeconds !== undefined) timePerOutputChunk.record(call.timePerChunkSeconds, timed);
    if (call.unmetered !== undefined) {
      unmetered.add(1, { ...what, [ATTR.reason]: call.unmetered });
      warnUnmetered(call);
    }
    if (call.unpriced !== undefined) {
      unpriced.add(1, what);
      warnUnpriced(call);
    }
  }

  #observe(meter: Meter): () => void {
    const { observables, priceTable, priceTableAge } = this.#instruments;
    const instruments = [...Object.values(observables), priceTable, priceTableAge];
    const callback: BatchObservableCallback = (result) => {
      const { version, date } = this.#priceTable();
      result.observe(priceTableAge, (Date.now() - Date.parse(date)) / 1000);
      // A series once observed stays: so it must say that it is of the past.
      if (this.#versions.size < MAX_VERSIONS) this.#versions.add(version);
      for (const seen of this.#versions)
        result.observe(priceTable, seen === version ? 1 : 0, { version: seen });
      for (const series of this.#series) {
        observeSeries(series, observables, result);
      }
    };
    meter.addBatchObservableCallback(callback, instruments);
    return () => meter.removeBatchObservableCallback(callback, instruments);
  }
}

type Observables = Record<
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'cost'
  | 'requests'
  | 'requestSeconds',
  ObservableCounter
>;

interface Instruments {
  readonly observables: Observables;
  readonly priceTable: ObservableGauge;
  readonly priceTableAge: ObservableGauge;
  readonly unmetered: Counter;
  readonly unpriced: Counter;
  readonly duration: Histogram;
  readonly timeToFirstChunk: Histogram;
  readonly timePerOutputChunk: Histogram;
}

function createInstruments(meter: Meter): Instruments {
  const observable = ({ name, ...options }: InstrumentName) => meter.createObservableCounter(name, options);
  const gauge = ({ name, ...options }: InstrumentName) => meter.createObservableGauge(name, options);
  const counter = ({ name, ...options }: InstrumentName) => meter.createCounter(name, options);
  const advice = { explicitBucketBoundaries: DURATION_BUCKETS_SECONDS };
  const histogram = ({ name, ...options }: InstrumentName) =>
    meter.createHistogram(name, { ...options, advice });
  return {
    observables: {
      inputTokens: observable(METRIC.inputTokens),
      outputTokens: observable(METRIC.outputTokens),
      cacheReadTokens: observable(METRIC.cacheReadTokens),
      cacheWriteTokens: observable(METRIC.cacheWriteTokens),
      reasoningTokens: observable(METRIC.reasoningTokens),
      cost: observable(METRIC.cost),
      requests: observable(METRIC.requests),
      requestSeconds: observable(METRIC.requestSeconds),
    },
    priceTable: gauge(METRIC.priceTable),
    priceTableAge: gauge(METRIC.priceTableAge),
    unmetered: counter(METRIC.unmetered),
    unpriced: counter(METRIC.unpriced),
    duration: histogram(METRIC.duration),
    timeToFirstChunk: histogram(METRIC.timeToFirstChunk),
    timePerOutputChunk: histogram(METRIC.timePerOutputChunk),
  };
}

function observeSeries(series: Series, observables: Observables, result: BatchObservableResult): void {
  const { labels } = series;
  const ofText = { ...labels, [ATTR.modality]: 'text' };
  const tokens = (instrument: ObservableCounter, counts: Record<string, number>) => {
    for (const [modality, value] of Object.entries(counts)) {
      if (value > 0) result.observe(instrument, value, { ...labels, [ATTR.modality]: modality });
    }
  };
  tokens(observables.inputTokens, series.inputTokens);
  tokens(observables.outputTokens, series.outputTokens);
  if (series.cacheReadTokens > 0) result.observe(observables.cacheReadTokens, series.cacheReadTokens, ofText);
  if (series.cacheWriteTokens > 0)
    result.observe(observables.cacheWriteTokens, series.cacheWriteTokens, ofText);
  if (series.reasoningTokens > 0) result.observe(observables.reasoningTokens, series.reasoningTokens, ofText);
  if (series.costPicoUsd !== undefined)
    result.observe(observables.cost, usdFromPico(series.costPicoUsd), labels);
  for (const [outcome, requests] of Object.entries(series.requests)) {
    result.observe(observables.requests, requests, { ...labels, [ATTR.outcome]: outcome });
  }
  result.observe(observables.requestSeconds, series.seconds, labels);
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
