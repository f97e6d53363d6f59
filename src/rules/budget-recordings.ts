import { LIMIT, SHARED_SPENT, SPENT, UNITS } from '../budgets/metrics.ts';
import type { BudgetUnit } from '../budgets/types.ts';
import { METRIC } from '../telemetry/names.ts';
import { BUDGET, BUDGET_KEY, gauge, UNIT } from './promql.ts';
import type { RecordingRule, RuleGroup } from './types.ts';

/** The gauges of processes become one series for each budget and scope. */
export function budgetGroups(): RuleGroup[] {
  return [
    { name: 'tokenmeter-budget-gauges', rules: [...UNITS.flatMap(ofUnit), ...periods] },
    { name: 'tokenmeter-budget-ratios', rules: ratios },
  ];
}

/**
 * Private stores each know a part, and a shared one's processes each know the whole. The newest value of 5 minutes
 * bridges a failed scrape and a restart: otherwise an alert would end and come again.
 */
function ofUnit(unit: BudgetUnit): RecordingRule[] {
  const labels = { unit: UNIT[unit] };
  const [limit, spent, shared] = [LIMIT[unit], SPENT[unit], SHARED_SPENT[unit]].map(gauge);
  const increase = (window: string) =>
    `sum by (${BUDGET_KEY}) (increase(${spent}[${window}]))\n` +
    `or max by (${BUDGET_KEY}) (increase(${shared}[${window}]))`;
  return [
    {
      record: BUDGET.spent,
      labels,
      expr:
        `sum by (${BUDGET_KEY}) (last_over_time(${spent}[5m]))\n` +
        `or max by (${BUDGET_KEY}) (last_over_time(${shared}[5m]))`,
    },
    { record: BUDGET.limit, labels, expr: `max by (${BUDGET_KEY}) (last_over_time(${limit}[5m]))` },
    // Within a period spending only rises, and the fall at its end is what `increase` takes for a restart.
    { record: BUDGET.increase5m, labels, expr: increase('5m') },
    { record: BUDGET.increase1h, labels, expr: increase('1h') },
    { record: BUDGET.increase1d, labels, expr: increase('1d') },
  ];
}

const periods: RecordingRule[] = [
  {
    record: BUDGET.reset,
    expr: `max by (${BUDGET_KEY}) (last_over_time(${gauge(METRIC.budgetReset)}[5m]))`,
  },
  {
    record: BUDGET.period,
    expr: `max by (${BUDGET_KEY}) (last_over_time(${gauge(METRIC.budgetPeriod)}[5m]))`,
  },
];

const ABOVE_ZERO = `(${BUDGET.limit} > 0)`;
const join = `on (${BUDGET_KEY}) group_left ()`;
/** A period that rolls has no reset; what its spending falls by is not spending. */
const PERIOD = `(${BUDGET.period} and ${BUDGET.reset})`;
const WEEK = 604_800;
/** A day of a long period, because its nights are cheap; an hour of a short one. */
const USD_PER_SECOND =
  `(${BUDGET.increase1d} / 86400 and on (${BUDGET_KEY}) ${BUDGET.period} >= ${WEEK}\n` +
  `  or ${BUDGET.increase1h} / 3600)`;

/** From here on it does not matter who counted. A limit of 0 has no share, nor has a budget without a limit. */
const ratios: RecordingRule[] = [
  { record: BUDGET.used, expr: `${BUDGET.spent} / ${ABOVE_ZERO}` },
  { record: BUDGET.burn5m, expr: `${BUDGET.increase5m} / 300 * ${join} ${PERIOD} / ${ABOVE_ZERO}` },
  { record: BUDGET.burn1h, expr: `${BUDGET.increase1h} / 3600 * ${join} ${PERIOD} / ${ABOVE_ZERO}` },
  {
    record: BUDGET.forecast,
    expr:
      `(${BUDGET.spent} + ${USD_PER_SECOND}\n` +
      `  * ${join} clamp_min(${BUDGET.reset} - time(), 0)) / ${ABOVE_ZERO}`,
  },
  {
    record: BUDGET.secondsLeft,
    expr: `clamp_min(${ABOVE_ZERO} - ${BUDGET.spent}, 0) / (${BUDGET.increase1h} / 3600 > 0 and on (${BUDGET_KEY}) ${BUDGET.reset})`,
  },
];
