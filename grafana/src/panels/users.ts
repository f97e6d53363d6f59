import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL } from '../../../src/rules/promql.ts';
import { bars, COLOR, stacked, stat, table, timeSeries } from '../defaults.ts';
import * as calls from '../queries/calls.ts';
import { orZero } from '../queries/selectors.ts';
import * as spend from '../queries/spend.ts';

const NO_USERS = 'No data: no calls in this time say for which user they are.';

export const activeUsers = () =>
  stat(
    {
      title: 'Active users',
      description: `Users with at least one call in the time that is looked at. ${NO_USERS}`,
    },
    units.Short,
    calls.activeUsers,
  ).span(6);

export const spendPerUser = () =>
  stat(
    { title: 'Spend per active user', description: `The mean. ${NO_USERS}` },
    units.Dollars,
    `${spend.spend} / (${calls.activeUsers})`,
  )
    .decimals(2)
    .span(6);

export const topShare = () =>
  stat(
    { title: 'Share of the top spender', description: `Of all spend in this time. ${NO_USERS}` },
    units.PercentUnit,
    `max(${spend.spendBy(LABEL.userId)}) / (${spend.spend} > 0)`,
  )
    .decimals(0)
    .span(6);

export const topSpenders = () =>
  bars(
    { title: 'Top spenders', description: `Spend in the time that is looked at. ${NO_USERS}` },
    units.Dollars,
    [{ expr: spend.topSpend(LABEL.userId), legend: `{{${LABEL.userId}}}` }],
  ).decimals(2);

export const topTokens = () =>
  bars(
    {
      title: 'Top users by tokens',
      description: `Tokens read and written in the time that is looked at. ${NO_USERS}`,
    },
    units.Short,
    [
      {
        expr: `sort_desc(topk(10, ${spend.tokensBy(LABEL.userId)} > 0))`,
        legend: `{{${LABEL.userId}}}`,
      },
    ],
  ).decimals(1);

const BOUNDS = [0.01, 0.1, 1, 10, 100] as const;

/** How many users spend how much. */
export const distribution = () => {
  const perUser = spend.spendBy(LABEL.userId);
  const classes = [
    { legend: `below $${BOUNDS[0]}`, expr: `${perUser} < ${BOUNDS[0]}` },
    ...BOUNDS.slice(0, -1).map((from, index) => ({
      legend: `$${from} to $${BOUNDS[index + 1]}`,
      expr: `${perUser} >= ${from} < ${BOUNDS[index + 1]}`,
    })),
    { legend: `$${BOUNDS.at(-1)} and more`, expr: `${perUser} >= ${BOUNDS.at(-1)}` },
  ];
  return bars(
    { title: 'Users by spend', description: 'How many users spend how much in the time that is looked at.' },
    units.Short,
    classes.map(({ legend, expr }) => ({ legend, expr: orZero(`count(${expr})`) })),
  ).colorScheme(blues());
};

export const userSpendOverTime = () =>
  stacked(
    {
      title: 'Spend per hour of the ten top spenders',
      description: `US dollars an hour. Choose a user above to see only theirs. ${NO_USERS}`,
    },
    units.Dollars,
    [{ expr: spend.spendRateOfTop(LABEL.userId), legend: `{{${LABEL.userId}}}` }],
  ).span(16);

export const activeByTeam = () =>
  timeSeries(
    { title: 'Active users by team', description: `Users with calls in the last few minutes. ${NO_USERS}` },
    units.Short,
    [{ expr: calls.activeUsersByTeam, legend: `{{${LABEL.team}}}` }],
  ).decimals(0);

export const userModels = () =>
  stacked(
    {
      title: 'Spend per hour by model',
      description:
        'Of the users that are chosen above. No data: they have called nothing with a known price.',
    },
    units.Dollars,
    [{ expr: spend.spendRateBy(LABEL.requestModel), legend: `{{${LABEL.requestModel}}}` }],
  ).span(12);

export const userFeatures = () =>
  stacked(
    {
      title: 'Spend per hour by feature',
      description:
        'Of the users that are chosen above. Calls outside any feature are the line without a name. No data: as beside.',
    },
    units.Dollars,
    [{ expr: spend.spendRateBy(LABEL.feature), legend: `{{${LABEL.feature}}}` }],
  ).span(12);

export const userTable = () =>
  table(
    {
      title: 'Users',
      description: `Every user in the time that is looked at. Input includes what came from a cache. ${NO_USERS}`,
    },
    [
      { title: 'User', label: LABEL.userId },
      { title: 'Spend', expr: spend.spendBy(LABEL.userId), unit: units.Dollars, decimals: 4 },
      { title: 'Calls', expr: calls.callsBy(LABEL.userId), unit: units.Short, decimals: 0 },
      { title: 'Spend per call', expr: calls.costPerCallBy(LABEL.userId), unit: units.Dollars, decimals: 5 },
      { title: 'Input tokens', expr: spend.inputBy(LABEL.userId), unit: units.Short },
      { title: 'Output tokens', expr: spend.outputBy(LABEL.userId), unit: units.Short },
      { title: 'From cache', expr: spend.cacheShareBy(LABEL.userId), unit: units.PercentUnit, decimals: 0 },
      {
        title: 'Failed',
        expr: calls.errorRatioBy(LABEL.userId),
        unit: units.PercentUnit,
        decimals: 1,
        colors: [
          [0.01, COLOR.notice],
          [0.05, COLOR.bad],
        ],
      },
    ],
  );

function blues() {
  return new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues);
}
