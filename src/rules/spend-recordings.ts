import { METRIC } from '../telemetry/names.ts';
import { counter, LABEL } from './promql.ts';
import type { RuleGroup } from './types.ts';

/** Whose spending is compared with what is usual for them. */
export const LEVELS = [
  { level: 'user', labels: [LABEL.userId] },
  { level: 'team', labels: [LABEL.team] },
  { level: 'model', labels: [LABEL.provider, LABEL.requestModel] },
] as const;
export type Level = (typeof LEVELS)[number]['level'];

export const hourOf = (level: Level): string => `${level}:tokenmeter_cost_usd:increase1h`;
/** Before it, an app's first hours would be what is usual. */
const LEAST_HOURS = 24;
export const usualOf = (level: Level): string => `${level}:tokenmeter_cost_usd:increase1h_p99_7d`;

/** Of the rules that were compared on two weeks of traffic, the one without false alarms: see TokenmeterUserSpendSpike. */
export function spendGroups(): RuleGroup[] {
  return [
    {
      name: 'tokenmeter-spend',
      interval: '1m',
      rules: LEVELS.map(({ level, labels }) => {
        const [first] = labels;
        return {
          record: hourOf(level),
          expr: `sum by (${[LABEL.job, ...labels].join(', ')}) (increase(${counter(METRIC.cost)}{${first}!=""}[1h]))`,
        };
      }),
    },
    {
      name: 'tokenmeter-spend-usual',
      // A look at 168 hours of every user; what is usual does not change faster.
      interval: '15m',
      rules: LEVELS.map(({ level }) => {
        const hours = `${hourOf(level)}[7d:1h] offset 1h`;
        return {
          record: usualOf(level),
          expr: `quantile_over_time(0.99, ${hours})\nand count_over_time(${hours}) >= ${LEAST_HOURS}`,
        };
      }),
    },
  ];
}
