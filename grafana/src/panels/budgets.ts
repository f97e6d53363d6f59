import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL, SCOPE } from '../../../src/rules/promql.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/rules/thresholds.ts';
import {
  bars,
  COLOR,
  type Column,
  fixedColor,
  type Steps,
  shadesOf,
  stacked,
  stat,
  table,
  thresholds,
  timeSeries,
} from '../defaults.ts';
import * as budgets from '../queries/budgets.ts';

const NO_BUDGETS = 'No data: no budget with a limit is declared, or the recording rules are not loaded.';
const LEGEND = [LABEL.budget, ...SCOPE, LABEL.job].map((label) => `{{${label}}}`).join(' ');
const NO_APP = 'No data: no metered app is scraped.';
const { budgetWarning, budgetFastBurn } = DEFAULT_THRESHOLDS;
const USED: Steps = [
  [0.5, COLOR.notice],
  [budgetWarning, COLOR.warn],
  [1, COLOR.bad],
];
const OVER: Steps = [
  [0.9, COLOR.notice],
  [1, COLOR.bad],
];

export const mostUsed = () =>
  stat(
    { title: 'Most used', description: `Used share of the budget nearest its limit. ${NO_BUDGETS}` },
    units.PercentUnit,
    budgets.mostUsed,
  )
    .thresholds(thresholds(COLOR.good, USED))
    .decimals(0)
    .span(4);

export const nearLimit = () =>
  stat(
    {
      title: `Over ${100 * budgetWarning} %`,
      description: 'Budgets and scopes from the warning on, exhausted ones included.',
    },
    units.Short,
    budgets.budgetsOver(budgetWarning),
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .span(4);

export const exhausted = () =>
  stat(
    { title: 'Exhausted', description: 'Budgets and scopes with nothing left.' },
    units.Short,
    budgets.budgetsOver(1),
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.bad]]))
    .span(4);

export const blocked = () =>
  stat(
    {
      title: 'Blocked calls',
      description:
        'Calls that the chosen budgets have refused in this time; the graph below says by which scope.',
    },
    units.LocaleFormat,
    budgets.blocked,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .decimals(0)
    .span(4);

export const unpriced = () =>
  stat(
    {
      title: 'Unpriced calls let through',
      description:
        'Calls without a known price in this time, which budgets in dollars cannot count. Of all scopes.',
    },
    units.LocaleFormat,
    budgets.unpriced,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .decimals(0)
    .span(4);

export const storeFailures = () =>
  stat(
    {
      title: 'Store failures',
      description:
        'Times in this time that the store of the budgets did not answer. Of all budgets of the chosen apps.',
    },
    units.LocaleFormat,
    budgets.storeFailures,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.bad]]))
    .decimals(0)
    .span(4);

export const usedNow = () =>
  bars(
    { title: 'Used', description: `Used share of each budget, by scope, the fullest first. ${NO_BUDGETS}` },
    units.PercentUnit,
    [{ expr: `sort_desc(topk(12, ${budgets.used}))`, legend: LEGEND }],
  )
    .max(1)
    .decimals(0)
    .showUnfilled(true)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds(COLOR.good, USED))
    .span(12)
    .height(9);

export const usedOverTime = () =>
  timeSeries(
    {
      title: 'Used over time',
      description: `Of the ten fullest. A fall is a reset or a raised limit. ${NO_BUDGETS}`,
    },
    units.PercentUnit,
    [{ expr: budgets.usedOverTime, legend: LEGEND }],
  )
    .thresholds(
      thresholds('transparent', [
        [budgetWarning, COLOR.warn],
        [1, COLOR.bad],
      ]),
    )
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMax(1)
    .span(12)
    .height(9);

const scopeColumns: Column[] = [
  { title: 'Budget', label: LABEL.budget },
  { title: 'User', label: LABEL.userId },
  { title: 'Team', label: LABEL.team },
  { title: 'Feature', label: LABEL.feature },
  { title: 'Model', label: LABEL.requestModel },
  { title: 'Provider', label: LABEL.provider },
  { title: 'App', label: LABEL.job },
];

const numberColumns = (of: typeof budgets.dollarBudgets, unit: string): Column[] => [
  { title: 'Limit', expr: of.limit, unit, decimals: 2, width: 95 },
  { title: 'Spent', expr: of.spent, unit, decimals: 2, width: 95 },
  { title: 'Remaining', expr: of.remaining, unit, decimals: 2, width: 100 },
  { title: 'Used', expr: of.used, unit: units.PercentUnit, decimals: 0, colors: USED, bar: true },
  {
    title: 'Burn rate',
    expr: of.burn,
    unit: 'suffix:×',
    decimals: 1,
    colors: [[budgetFastBurn, COLOR.bad]],
    width: 95,
  },
  {
    title: 'Forecast at reset',
    expr: of.forecast,
    unit: units.PercentUnit,
    decimals: 0,
    colors: OVER,
    width: 140,
  },
  { title: 'Exhausted in', expr: of.secondsLeft, unit: units.Seconds, decimals: 0, width: 115 },
  { title: 'Resets in', expr: of.reset, unit: units.Seconds, decimals: 0, width: 100 },
];

export const dollarTable = () =>
  table(
    {
      title: 'Budgets in dollars',
      description: `Burn rate: multiples of what would just last to the reset, over an hour. Exhausted in: at the rate of the last hour. ${NO_BUDGETS}`,
    },
    [...scopeColumns, ...numberColumns(budgets.dollarBudgets, units.Dollars)],
    'Used',
  );

export const countTable = () =>
  table(
    { title: 'Budgets in tokens and requests', description: `As above. ${NO_BUDGETS}` },
    [
      ...scopeColumns,
      { title: 'Of', label: LABEL.unit, width: 80 },
      ...numberColumns(budgets.countBudgets, units.Short),
    ],
    'Used',
  ).height(7);

export const forecast = () =>
  timeSeries(
    {
      title: 'Forecast at reset',
      description: `What will be spent at the reset, as a share of the limit: at the rate of the last day for periods of a week and more, of the last hour for shorter ones. Rolling periods have none. ${NO_BUDGETS}`,
    },
    units.PercentUnit,
    [{ expr: budgets.forecast, legend: LEGEND }],
  )
    .thresholds(thresholds('transparent', [[1, COLOR.bad]]))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMax(1)
    .span(12);

export const burnRate = () =>
  timeSeries(
    {
      title: 'Burn rate',
      description: `Multiples of what would just last to the reset, over an hour. From ${budgetFastBurn} on it alerts. ${NO_BUDGETS}`,
    },
    'suffix:×',
    [{ expr: budgets.burn, legend: LEGEND }],
  )
    .thresholds(thresholds('transparent', [[budgetFastBurn, COLOR.bad]]))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .span(12);

export const blockedOverTime = () =>
  stacked(
    {
      title: 'Blocked calls per minute',
      description: `Calls that a budget has refused, by scope. ${NO_APP}`,
    },
    units.Short,
    [{ expr: budgets.blockedRate, legend: LEGEND }],
  )
    .colorScheme(shadesOf(COLOR.warn))
    .overrideByName('none', fixedColor(COLOR.good))
    .axisSoftMax(1)
    .span(12);

export const unpricedOverTime = () =>
  stacked(
    {
      title: 'Unpriced calls let through per minute',
      description: `Calls without a known price that a budget in dollars let through; meter health says to which models. ${NO_APP}`,
    },
    units.Short,
    [{ expr: budgets.unpricedRate, legend: `{{${LABEL.budget}}} {{${LABEL.job}}}` }],
  )
    .colorScheme(shadesOf(COLOR.warn))
    .overrideByName('none', fixedColor(COLOR.good))
    .axisSoftMax(1)
    .span(12);
