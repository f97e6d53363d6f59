import { type InstrumentName, METRIC } from '../telemetry/names.ts';
import { gauge } from './promql.ts';
import type { RuleGroup } from './types.ts';

const SUFFIXES = { s: '_seconds' } as const;
const PARTS = ['bucket', 'sum', 'count'] as const;

/**
 * OTLP ingestion puts the unit into a name and a scrape does not. With these, dashboards and alerts find one name,
 * whichever way the metrics came. Units in braces are put into no name.
 */
export function otlpNameGroups(): RuleGroup[] {
  const histograms = Object.values<InstrumentName>(METRIC).filter(({ unit }) => unit in SUFFIXES);
  return [
    {
      name: 'tokenmeter-otlp-names',
      rules: histograms.flatMap((metric) =>
        PARTS.map((part) => ({
          record: `${gauge(metric)}_${part}`,
          expr: `${gauge(metric)}${SUFFIXES.s}_${part}`,
        })),
      ),
    },
  ];
}
