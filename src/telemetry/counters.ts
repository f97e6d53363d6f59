import type { Attributes } from '@opentelemetry/api';
import type { Layout } from './cells.ts';
import type { InstrumentName } from './names.ts';
import { Series } from './series.ts';

/** Of one metric. What is beyond it is counted without the labels that tell it apart. */
const MAX_SERIES = 2000;

/** Counters beside those of calls: each metric with whatever labels it is counted by. */
export class Counters {
  readonly #layouts = new Map<InstrumentName, Layout>();
  readonly #series = new Map<InstrumentName, Map<string, Series>>();

  add(metric: InstrumentName, labels: Attributes, amount: number, tick: number): void {
    let all = this.#series.get(metric);
    if (!all) {
      all = new Map();
      this.#series.set(metric, all);
      this.#layouts.set(metric, [{ metric, labels: {} }]);
    }
    const key = JSON.stringify(labels);
    let series = all.get(key);
    if (!series) {
      if (all.size >= MAX_SERIES && Object.keys(labels).length > 0) {
        this.add(metric, {}, amount, tick);
        return;
      }
      series = new Series(labels, this.#layouts.get(metric) as Layout);
      all.set(key, series);
    }
    series.add(0, amount, tick);
  }

  *groups(): Generator<{ layout: Layout; series: Iterable<Series> }> {
    for (const [metric, series] of this.#series) {
      yield { layout: this.#layouts.get(metric) as Layout, series: series.values() };
    }
  }
}
