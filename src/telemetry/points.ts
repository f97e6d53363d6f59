import type { Attributes } from '@opentelemetry/api';
import { CALLS, FLAWS, type Layout, OVERFLOW } from './cells.ts';
import { type InstrumentName, METRIC } from './names.ts';
import type { Collection } from './reader.ts';
import type { Series } from './series.ts';
import type { SeriesTable } from './series-table.ts';

/** All counters that are kept as series. */
export const COUNTERS: readonly InstrumentName[] = [
  ...new Set([...CALLS, ...FLAWS, ...OVERFLOW].map(({ metric }) => metric)),
  METRIC.budgetBlocked,
  METRIC.budgetCrossings,
  METRIC.budgetUnpriced,
  METRIC.budgetStoreFailures,
  METRIC.ledgerDropped,
];

/** One time series, as one collection reports it. */
export interface Point {
  readonly series: Series;
  /** The labels that it has beside those of its series. */
  readonly labels: Attributes;
  readonly cell: number;
  readonly value: number;
}

/** What a collection reports of one metric. */
export function* pointsOf(
  metric: InstrumentName,
  table: SeriesTable,
  { tick, shownIfBornBefore }: Collection,
): Generator<Point> {
  for (const { layout, series: all } of table.groups()) {
    const cells = placesOf(metric, layout);
    if (cells.length === 0) continue;
    for (const series of all) {
      for (const { cell, labels } of cells) {
        const value = series.read(cell, tick, shownIfBornBefore);
        if (value !== undefined) yield { series, labels, cell, value };
      }
    }
  }
}

function placesOf(metric: InstrumentName, layout: Layout) {
  return layout.flatMap((one, cell) => (one.metric === metric ? [{ cell, labels: one.labels }] : []));
}
