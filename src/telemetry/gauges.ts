import type { Attributes } from '@opentelemetry/api';
import { type InstrumentName, METRIC } from './names.ts';

/** One value of now. */
export interface Reading {
  readonly metric: InstrumentName;
  readonly labels: Attributes;
  readonly value: number;
}

/** Reads gauges, when somebody collects. What it does not read any more is not reported any more. */
export type Gauges = () => Iterable<Reading> | Promise<Iterable<Reading>>;

/** What several have read of one series: what each has for himself is summed, the rest they have in common. */
const SUMMED: ReadonlySet<InstrumentName> = new Set([
  METRIC.budgetSpentUsd,
  METRIC.budgetSpentTokens,
  METRIC.budgetSpentRequests,
  METRIC.ledgerQueue,
]);

/** All readings of some gauges, by metric, one for each series. One that fails does not hide the others. */
export async function readGauges(
  all: Iterable<Gauges>,
  onFault: (fault: unknown) => void,
): Promise<Map<InstrumentName, Reading[]>> {
  const byMetric = new Map<InstrumentName, Map<string, Reading>>();
  for (const gauges of all) {
    try {
      for (const reading of await gauges()) add(byMetric, reading);
    } catch (fault) {
      onFault(fault);
    }
  }
  return new Map(Array.from(byMetric, ([metric, readings]) => [metric, [...readings.values()]]));
}

function add(byMetric: Map<InstrumentName, Map<string, Reading>>, reading: Reading): void {
  const { metric, labels, value } = reading;
  let readings = byMetric.get(metric);
  if (!readings) {
    readings = new Map();
    byMetric.set(metric, readings);
  }
  const key = JSON.stringify(Object.entries(labels).sort());
  const known = readings.get(key)?.value;
  const merged = known === undefined ? value : SUMMED.has(metric) ? known + value : Math.max(known, value);
  readings.set(key, { metric, labels, value: merged });
}
