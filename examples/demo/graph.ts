import { counter, LABEL } from '../../src/rules/promql.ts';
import { METRIC } from '../../src/telemetry/names.ts';

/** A page of Prometheus that shows spend by user, in dollars an hour. */
export function graphUrl(prometheusUrl: string): string {
  const query = new URLSearchParams({
    'g0.expr': `sum by(${LABEL.userId})(rate(${counter(METRIC.cost)}[15s]))*3600`,
    'g0.tab': '0',
    'g0.range_input': '2m',
  });
  return `${prometheusUrl}/graph?${query.toString().replaceAll('+', '%20')}`;
}
