import { OTHER } from '../label.ts';
import { METRIC } from '../telemetry/names.ts';
import type { CalendarBudget } from './config.ts';
import { BUDGET, counter, gauge, LABEL, quoted, regexOf, UNIT } from './promql.ts';
import type { RecordingRule, RuleGroup } from './types.ts';

/** What a scope's spending is added up from: a range cannot follow the calendar, a label can. */
const DELTA = 'budget:tokenmeter_calendar:delta5m';
const dateOf = (period: CalendarBudget['period']) => `budget:tokenmeter_calendar:${period}`;
const TO_DATE = 'budget:tokenmeter_calendar:sum';

// The evaluation at midnight tells of the five minutes before it.
const NOW = 'time() - 1';
const MIDNIGHT = `(${NOW}) - (${NOW}) % 86400`;
const DAYS = `scalar(days_in_month(vector(${NOW})))`;

const PERIODS = {
  day: { at: `day_of_month(vector(${NOW}))`, window: '25h', seconds: '86400', reset: `${MIDNIGHT} + 86400` },
  month: {
    at: `month(vector(${NOW}))`,
    window: '32d',
    seconds: `86400 * ${DAYS}`,
    reset: `${MIDNIGHT} + 86400 * (${DAYS} - scalar(day_of_month(vector(${NOW}))) + 1)`,
  },
} as const;

const LABELS = {
  user: LABEL.userId,
  team: LABEL.team,
  feature: LABEL.feature,
  model: LABEL.requestModel,
  provider: LABEL.provider,
} as const;

/** An evaluation comes every 5 minutes: what ended since the one before it has a last value to count. */
const newest = (series: string) => `last_over_time(${series}[5m])`;
const PROCESS = gauge(METRIC.priceTable);
const sameProcess = `on (${LABEL.job}, ${LABEL.instance})`;
/** Of a process that was seen lately, or never before: after a gap most of a counter was counted before the gap. */
const WATCHED =
  `and ${sameProcess} (last_over_time(${PROCESS}[2h] offset 5m)\n` +
  `    or (${newest(PROCESS)} unless ${sameProcess} last_over_time(${PROCESS}[7d] offset 5m)))`;
/** Less than before is a restart: then all of it is new, as is all of a series that was not there. */
const rise = (series: string) =>
  `((${newest(series)} - last_over_time(${series}[2h] offset 5m)) >= 0\n  or (${newest(series)} ${WATCHED}))`;

/**
 * Budgets of those who have none in their processes. They end in the same recorded series, so that alerts and
 * dashboards are the same. About 5,000 scopes a budget fit a query of Prometheus' default size.
 */
export function calendarGroups(budgets: readonly CalendarBudget[]): RuleGroup[] {
  if (budgets.length === 0) return [];
  const periods = [...new Set(budgets.map(({ period }) => period))];
  const calendar = periods.map((period) => ({
    record: dateOf(period),
    expr: `count_values(${quoted(period)}, ${PERIODS[period].at})`,
  }));
  return [
    // The deltas are of 5 minutes: the interval is not a choice.
    { name: 'tokenmeter-calendar', interval: '5m', rules: [...calendar, ...budgets.flatMap(accumulate)] },
    { name: 'tokenmeter-calendar-budgets', interval: '1m', rules: budgets.flatMap(publish) },
  ];
}

function accumulate(budget: CalendarBudget): RecordingRule[] {
  const { name, period } = budget;
  const labels = { [LABEL.budget]: name };
  return [
    {
      record: DELTA,
      labels,
      expr: `${sumOf(budget, rise)}\n* on () group_left (${period}) ${dateOf(period)}`,
    },
    {
      record: TO_DATE,
      labels,
      expr:
        `sum without (${period}) (sum_over_time(${DELTA}{${LABEL.budget}=${quoted(name)}}[${PERIODS[period].window}])\n` +
        `  and on (${period}) ${dateOf(period)})`,
    },
  ];
}

function publish(budget: CalendarBudget): RecordingRule[] {
  const { name, period } = budget;
  const { unit, limit } = limitOf(budget);
  const spent = `last_over_time(${TO_DATE}{${LABEL.budget}=${quoted(name)}}[11m])`;
  const labels = { [LABEL.budget]: name };
  const inUnit = { ...labels, [LABEL.unit]: unit };
  const increase = (window: string) => sumOf(budget, (series) => `increase(${series}[${window}])`);
  return [
    { record: BUDGET.spent, labels: inUnit, expr: spent },
    { record: BUDGET.limit, labels: inUnit, expr: `${spent} * 0 + ${limit}` },
    { record: BUDGET.reset, labels, expr: `${spent} * 0 + ${PERIODS[period].reset}` },
    { record: BUDGET.period, labels, expr: `${spent} * 0 + ${PERIODS[period].seconds}` },
    { record: BUDGET.increase5m, labels: inUnit, expr: increase('5m') },
    { record: BUDGET.increase1h, labels: inUnit, expr: increase('1h') },
  ];
}

/** The sum over a budget's counters of what `of` makes of each. */
function sumOf(budget: CalendarBudget, of: (series: string) => string): string {
  const { unit } = limitOf(budget);
  const selector = selectorOf(budget);
  const [first = '', ...others] = COUNTERS[unit].map((metric) => of(`${counter(metric)}${selector}`));
  const by = budget.per.map((what) => LABELS[what]).join(', ');
  // Series of two counters have the same labels, and `or` would take them for the same.
  const all = others.reduce(
    (sum, other, index) => `${sum} or label_replace(${other}, "part", "${index}", "", "")`,
    first,
  );
  return `sum by (${by}) (${all})`;
}

const COUNTERS = {
  usd: [METRIC.cost],
  tokens: [METRIC.inputTokens, METRIC.outputTokens],
  requests: [METRIC.requests],
} as const;

function limitOf({ limitUsd, limitTokens, limitRequests }: CalendarBudget) {
  if (limitUsd !== undefined) return { unit: UNIT.usd, limit: limitUsd };
  if (limitTokens !== undefined) return { unit: UNIT.tokens, limit: limitTokens };
  return { unit: UNIT.requests, limit: limitRequests ?? 0 };
}

function selectorOf({ match, per }: CalendarBudget): string {
  const wanted = Object.entries(LABELS).flatMap(([what, label]) => {
    const pattern = match[what as keyof typeof match];
    return pattern === undefined ? [] : [`${label}=~${quoted(regexOf(pattern))}`];
  });
  // Nobody's calls are not one user's, and those beyond a cap are of many.
  const none = per.map((what) => `${LABELS[what]}${what === 'user' ? `!~"|${OTHER}"` : `!="${OTHER}"`}`);
  const matchers = [...wanted, ...none];
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}
