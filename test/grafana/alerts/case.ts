import type { InputSeries, RuleTest } from '../promtool.ts';

/** What happens, and whether an alert fires then. */
export interface AlertCase {
  readonly alert: string;
  readonly what: string;
  readonly series: InputSeries;
  /** When to look. */
  readonly at: string;
  readonly fires: boolean;
  readonly interval?: string;
}

export function asRuleTest({ alert, what, series, at, fires, interval }: AlertCase): RuleTest {
  return {
    name: `${alert}: ${what}`,
    series,
    ...(interval !== undefined && { interval }),
    expect: [
      {
        at,
        expr: `count(ALERTS{alertname="${alert}", alertstate="firing"}) or vector(0)`,
        values: [{ labels: '{}', value: fires ? 1 : 0 }],
      },
    ],
  };
}
