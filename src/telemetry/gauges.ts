import type { Attributes } from '@opentelemetry/api';
import type { InstrumentName } from './names.ts';

/** One value of now. */
export interface Reading {
  readonly metric: InstrumentName;
  readonly labels: Attributes;
  readonly value: number;
}

/** Reads gauges, when somebody collects. What it does not read any more is not reported any more. */
export type Gauges = () => Iterable<Reading> | Promise<Iterable<Reading>>;

/** All readings of some gauges, by metric. One that fails does not hide the others. */
export async function readGauges(
  all: Iterable<Gauges>,
  onFault: (fault: unknown) => void,
): Promise<Map<InstrumentName, Reading[]>> {
  const byMetric = new Map<InstrumentName, Reading[]>();
  for (const gauges of all) {
    try {
      for (const reading of await gauges()) {
        const readings = byMetric.get(reading.metric);
        if (readings) readings.push(reading);
        else byMetric.set(reading.metric, [reading]);
      }
    } catch (fault) {
      onFault(fault);
    }
  }
  return byMetric;
}
