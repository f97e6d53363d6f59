import { LIMIT, SHARED_SPENT, SPENT, UNITS } from '../budgets/metrics.ts';
import type { BudgetUnit } from '../budgets/types.ts';
import { METRIC } from '../telemetry/names.ts';
import { BUDGET, BUDGET_KEY, gauge, LABEL, UNIT } from './promql.ts';
import type { RecordingRule, RuleGroup } from './types.ts';

/** The gauges of processes become one series for each budget and scope. */
export function budgetGroups(): RuleGroup[] {
  return [
    { name: 'tokenmeter-budget-gauges', rules: [...UNITS.flatMap(ofUnit), ...periods] },
    { name: 'tokenmeter-budget-ratios', rules: ratios },
  ];
}

/**
 * Private stores each know a part, and a shared one's processes each know the whole: what it says counts before what
 * is left of private ones. The newest value of 5 minutes bridges a failed scrape and a restart: otherwise an alert
 * would end and come again.
 */
function ofUnit(unit: BudgetUnit): RecordingRule[] {
  const labels = { unit: UNIT[unit] };
  const [limit, spent, shared] = [LIMIT[unit], SPENT[unit], SHARED_SPENT[unit]].map(gauge) as [
    string,
    string,
    string,
  ];
  const increase = (window: string) => `${sharedIncrease(shared, window)}\nor ${increaseOf(spent, window)}`;
  return [
    {
      record: BUDGET.spent,
      labels,
      expr:
        `max by (${BUDGET_KEY}) (last_over_time(${shared}[5m]))\n` +
        `or sum by (${BUDGET_KEY}) (last_over_time(${spent}[5m]))`,
    },
    { record: BUDGET.limit, labels, expr: `max by (${BUDGET_KEY}) (last_over_time(${limit}[5m]))` },
    { record: BUDGET.increase5m, labels, expr: increase('5m') },
    { record: BUDGET.increase1h, labels, expr: increase('1h') },
  ];
}

/** Of private stores: their spending only rises, and falls at a reset or a restart, which `increase` knows. */
function increaseOf(spent: string, window: string): string {
  const increase = `increase(${spent}[${window}])`;
  return `sum by (${BUDGET_KEY}) (${increase} + (${firstValues(spent, window)}) or ${increase})`;
}

/** Of a shared store, whose answers may also fall by a little: `increase` would take all of them for new. */
function sharedIncrease(shared: string, window: string): string {
  const now = `max by (${BUDGET_KEY}) (last_over_time(${shared}[5m]))`;
  const least = `min by (${BUDGET_KEY}) (min_over_time(${shared}[${window}]))`;
  return `${now} - (${least} unless max by (${BUDGET_KEY}) (${firstValues(shared, window)})) or ${now}`;
}

/**
 * Scopes that are new since then have spent all they have in the window. Where a process shows no more scopes than
 * before, the new one has only taken another's place among those that are shown.
 */
function firstValues(spent: string, window: string): string {
  const by = [LABEL.job, LABEL.instance, LABEL.budget].join(', ');
  const scopes = `count by (${by}) (${spent}`;
  return (
    `min_over_time(${spent}[${window}]) unless last_over_time(${spent}[5m] offset ${window})\n` +
    `  and on (${by}) (${scopes}) > ${scopes} offset ${window}))`
  );
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
/** By steps of 5 minutes, a reset is lost in one of them only. */
const increaseIn = (window: string) => `sum_over_time(${BUDGET.increase5m}[${window}:5m])`;
/**
 * Of the last day, hours without samples included: a job of the night spends nothing by day. Where it is less since
 * the first sample, of that; less than an hour would say nothing.
 */
const DAY = `clamp(time() - min_over_time(timestamp(${BUDGET.increase5m})[2d:5m]), 3600, 86400)`;
/** A day of a long period, because its nights are cheap; an hour of a short one, and before there is a step. */
const PER_SECOND =
  `(${increaseIn('1d')} / ${DAY} and on (${BUDGET_KEY}) ${BUDGET.period} >= ${WEEK}\n` +
  `  or ${increaseIn('1h')} / 3600\n` +
  `  or ${BUDGET.increase1h} / 3600)`;

/** From here on it does not matter who counted. A limit of 0 has no share, nor has a budget without a limit. */
const ratios: RecordingRule[] = [
  { record: BUDGET.used, expr: `${BUDGET.spent} / ${ABOVE_ZERO}` },
  { record: BUDGET.burn5m, expr: `${BUDGET.increase5m} / 300 * ${join} ${PERIOD} / ${ABOVE_ZERO}` },
  { record: BUDGET.burn1h, expr: `${BUDGET.increase1h} / 3600 * ${join} ${PERIOD} / ${ABOVE_ZERO}` },
  {
    record: BUDGET.forecast,
    expr:
      `(${BUDGET.spent} + ${PER_SECOND}\n` +
      `  * ${join} clamp_min(${BUDGET.reset} - time(), 0)) / ${ABOVE_ZERO}`,
  },
  {
    record: BUDGET.secondsLeft,
    expr: `clamp_min(${ABOVE_ZERO} - ${BUDGET.spent}, 0) / (${BUDGET.increase1h} / 3600 > 0 and on (${BUDGET_KEY}) ${BUDGET.reset})`,
  },
];
