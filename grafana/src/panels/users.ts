import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL } from '../../../src/rules/promql.ts';
import { bars, byName, COLOR, type Column, stacked, stat, table, thresholds } from '../defaults.ts';
import * as calls from '../queries/calls.ts';
import { orNoName, orZero, top } from '../queries/selectors.ts';
import * as spend from '../queries/spend.ts';

const USER = LABEL.userId;
const NO_USERS = 'No data: no calls in this time say for which user they are.';
const NOT_USERS = "Without calls for no user and users beyond the meter's cap.";
const NO_NAMES = "(none): calls for no user. __other__: users beyond the meter's cap.";

export const activeUsers = () =>
  stat(
    {
      title: 'Active users',
      description: `Users with at least one call in the time that is looked at. ${NOT_USERS} ${NO_USERS}`,
    },
    units.Short,
    calls.activeUsers,
  ).span(6);

export const spendPerUser = () =>
  stat(
    { title: 'Spend per active user', description: `The mean. ${NOT_USERS} ${NO_USERS}` },
    units.Dollars,
    `sum(${spend.spendByUser}) / (${calls.activeUsers})`,
  )
    .decimals(2)
    .span(6);

export const topShare = () =>
  stat(
    {
      title: 'Share of the top spender',
      description: `Of all spend in this time, that for no user included. ${NO_USERS}`,
    },
    units.PercentUnit,
    `max(${spend.spendByUser}) / (${spend.spend} > 0)`,
  )
    .decimals(0)
    .span(6);

export const blocked = () =>
  stat(
    {
      title: 'Blocked calls',
      description: 'Calls that a budget has refused in this time; the table below says to whom.',
    },
    units.LocaleFormat,
    calls.blocked,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.warn]]))
    .decimals(0)
    .span(6);

export const topSpenders = () =>
  bars(
    { title: 'Top spenders', description: `Spend in the time that is looked at. ${NO_NAMES} ${NO_USERS}` },
    units.Dollars,
    [{ expr: spend.topSpend(USER), legend: `{{${USER}}}` }],
  ).decimals(2);

export const topTokens = () =>
  bars(
    {
      title: 'Top users by tokens',
      description: `Tokens read and written in the time that is looked at. ${NO_NAMES} ${NO_USERS}`,
    },
    units.Short,
    [{ expr: top(10, orNoName(USER, spend.tokensBy(USER))), legend: `{{${USER}}}` }],
  ).decimals(1);

const BOUNDS = [
  [0.01, '1¢'],
  [0.1, '10¢'],
  [1, '$1'],
  [10, '$10'],
  [100, '$100'],
] as const;

/** How many users spend how much. */
export const distribution = () => {
  const users = (legend: string, from?: number, to?: number) => {
    const bounds = [from && ` >= ${from}`, to && ` < ${to}`].map((bound) => bound ?? '').join('');
    return { legend, expr: orZero(`count(${spend.spendByUser}${bounds})`) };
  };
  const [[least, leastText]] = BOUNDS;
  const [most, mostText] = BOUNDS[4];
  const between = BOUNDS.slice(0, -1).map(([from, text], index) => {
    const [to, toText] = BOUNDS[index + 1] ?? [];
    return users(`${text} – ${toText}`, from, to);
  });
  return bars(
    {
      title: 'Users by spend',
      description: `How many users spend how much in the time that is looked at. ${NOT_USERS}`,
    },
    units.Short,
    [users(`under ${leastText}`, undefined, least), ...between, users(`from ${mostText}`, most)],
  ).decimals(0);
};

export const userSpendOverTime = () =>
  stacked(
    {
      title: 'Spend per hour of the ten top spenders',
      description: `US dollars an hour. Choose a user above to see only theirs. ${NO_NAMES} ${NO_USERS}`,
    },
    units.Dollars,
    [{ expr: spend.spendRateOfTop(USER), legend: `{{${USER}}}` }],
  ).span(16);

export const activeByTeam = () =>
  stacked(
    {
      title: 'Active users by team',
      description: `Users with calls in the last few minutes; who is in two teams counts in both. ${NOT_USERS} ${NO_USERS}`,
    },
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
  )
    .colorScheme(byName())
    .span(12);

export const userFeatures = () =>
  stacked(
    {
      title: 'Spend per hour by feature',
      description:
        'Of the users that are chosen above. (none): calls outside any feature. No data: as beside.',
    },
    units.Dollars,
    [{ expr: spend.spendRateBy(LABEL.feature), legend: `{{${LABEL.feature}}}` }],
  ).span(12);

const userColumns: Column[] = [
  { title: 'Spend', expr: spend.spendBy(USER), unit: units.Dollars, decimals: 2 },
  { title: 'Calls', expr: calls.callsBy(USER), unit: units.LocaleFormat, decimals: 0 },
  { title: 'Spend per call', expr: calls.costPerCallBy(USER), unit: units.Dollars, decimals: 5 },
  { title: 'Input tokens', expr: spend.inputBy(USER), unit: units.Short },
  { title: 'Output tokens', expr: spend.outputBy(USER), unit: units.Short },
  { title: 'From cache', expr: spend.cacheShareBy(USER), unit: units.PercentUnit, decimals: 0 },
  {
    title: 'Failed',
    expr: calls.errorRatioBy(USER),
    unit: units.PercentUnit,
    decimals: 1,
    colors: [
      [0.01, COLOR.notice],
      [0.05, COLOR.bad],
    ],
  },
  {
    title: 'Blocked',
    expr: calls.blockedBy(USER),
    unit: units.Short,
    decimals: 0,
    colors: [[1, COLOR.warn]],
  },
];

export const userTable = () =>
  table(
    {
      title: 'Users',
      description:
        'Every user in the time that is looked at. Input includes what came from a cache; blocked calls are not among ' +
        `the calls. ${NO_NAMES} ${NO_USERS}`,
    },
    [
      { title: 'User', label: USER },
      ...userColumns.map((column) =>
        'expr' in column ? { ...column, expr: orNoName(USER, column.expr) } : column,
      ),
    ],
  );
