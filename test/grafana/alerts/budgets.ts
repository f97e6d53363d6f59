import type { AlertCase } from './case.ts';

const DAY = 86_400;
const MONTH = 30 * DAY;

/** The gauges of a budget of a day that resets at the end of 1970-01-01. */
function budget(limit: string, spent: Record<string, string>, { period = DAY, resets = `${DAY}x120` } = {}) {
  return {
    'tokenmeter_budget_limit_usd{job="shop", instance="a", budget="b"}': limit,
    ...spent,
    'tokenmeter_budget_reset_timestamp{job="shop", instance="a", budget="b"}': resets,
    'tokenmeter_budget_period_seconds{job="shop", instance="a", budget="b"}': `${period}x120`,
  };
}
const own = (values: string, instance = 'a') => ({
  [`tokenmeter_budget_spent_usd{job="shop", instance="${instance}", budget="b"}`]: values,
});
const shared = (values: string, instance = 'a') => ({
  [`tokenmeter_budget_shared_spent_usd{job="shop", instance="${instance}", budget="b"}`]: values,
});
/** Of $10 a month for each user. */
const ofUser = (user: string, kind: 'spent' | 'shared_spent', values: string) => ({
  [`tokenmeter_budget_limit_usd{job="shop", instance="a", budget="b", user_id="${user}"}`]: '10x120',
  [`tokenmeter_budget_reset_timestamp{job="shop", instance="a", budget="b", user_id="${user}"}`]: `${MONTH}x120`,
  [`tokenmeter_budget_period_seconds{job="shop", instance="a", budget="b", user_id="${user}"}`]: `${MONTH}x120`,
  [`tokenmeter_budget_${kind}_usd{job="shop", instance="a", budget="b", user_id="${user}"}`]: values,
});
const month = { period: MONTH, resets: `${MONTH}x120` };

const WARNING = 'TokenmeterBudgetWarning';
const EXHAUSTED = 'TokenmeterBudgetExhausted';
const BURN = 'TokenmeterBudgetFastBurn';
const FORECAST = 'TokenmeterBudgetForecastOverLimit';
const STORE = 'TokenmeterBudgetStoreFailing';
const failures = 'tokenmeter_budget_store_failures_total{job="shop", instance="a"}';

export const budgetCases: readonly AlertCase[] = [
  { alert: WARNING, what: '80 % are used', series: budget('10x20', own('8x20')), at: '5m', fires: true },
  {
    alert: WARNING,
    what: 'a float short of 80 %',
    series: budget('1x20', own('0.7999999999999999x20')),
    at: '5m',
    fires: true,
  },
  { alert: WARNING, what: '79 % are used', series: budget('10x20', own('7.9x20')), at: '5m', fires: false },
  {
    alert: WARNING,
    what: 'the private stores of two processes',
    series: budget('10x20', { ...own('4x20'), ...own('4.5x20', 'b') }),
    at: '5m',
    fires: true,
  },
  {
    alert: WARNING,
    what: 'a shared store at 97 % beside one process that still has its own',
    series: budget('300x20', { ...own('1x20'), ...shared('290x20', 'b') }),
    at: '10m',
    fires: true,
  },
  {
    alert: WARNING,
    what: 'scrapes fail for 4 minutes',
    series: budget('10x20', own('8x5 _x4 8x10')),
    at: '9m',
    fires: true,
  },
  {
    alert: WARNING,
    what: 'the period ends',
    series: budget('10x20', own('8x5 0x15')),
    at: '7m',
    fires: false,
  },
  {
    alert: WARNING,
    what: 'a restart that forgets',
    series: budget('10x20', own('8x5 _x1 0.1x15')),
    at: '9m',
    fires: false,
  },
  {
    alert: WARNING,
    what: 'the limit is raised',
    series: budget('10x5 20x15', own('8x20')),
    at: '7m',
    fires: false,
  },
  { alert: WARNING, what: 'no limit', series: own('8x20'), at: '5m', fires: false },
  { alert: WARNING, what: 'a limit of 0', series: budget('0x20', own('8x20')), at: '5m', fires: false },

  { alert: EXHAUSTED, what: 'all is used', series: budget('10x20', own('10x20')), at: '5m', fires: true },
  { alert: EXHAUSTED, what: '99 % are used', series: budget('10x20', own('9.9x20')), at: '5m', fires: false },
  {
    alert: EXHAUSTED,
    what: 'one store of two processes',
    series: budget('10x20', { ...shared('6x20'), ...shared('6x20', 'b') }),
    at: '5m',
    fires: false,
  },
  {
    alert: EXHAUSTED,
    what: 'the period ends',
    series: budget('10x20', shared('12x5 0x15')),
    at: '7m',
    fires: false,
  },

  {
    alert: BURN,
    what: '$7.20 an hour of $300 a month',
    series: budget('300x120', own('0+0.12x120'), month),
    at: '75m',
    fires: true,
  },
  {
    alert: BURN,
    what: 'a shared store',
    series: budget('300x120', { ...shared('0+0.12x120'), ...shared('0+0.12x120', 'b') }, month),
    at: '75m',
    fires: true,
  },
  {
    alert: BURN,
    what: '$3 an hour of $300 a month',
    series: budget('300x120', own('0+0.05x120'), month),
    at: '75m',
    fires: false,
  },
  {
    alert: BURN,
    what: 'over for ten minutes',
    series: budget('300x120', own('0+0.2x60 12x60'), month),
    at: '72m',
    fires: false,
  },
  {
    alert: BURN,
    what: 'the fall at a reset',
    series: budget('300x120', own('290+0.01x60 0+0.01x60'), month),
    at: '63m',
    fires: false,
  },
  {
    alert: BURN,
    what: 'a restart',
    series: budget('300x120', own('9+0.01x30 _x3 0+0.01x80'), month),
    at: '75m',
    fires: false,
  },
  {
    alert: BURN,
    what: 'a shared store that falls by a cent',
    series: budget('1000x120', shared('500x30 499.99x90'), month),
    at: '33m',
    fires: false,
  },
  {
    alert: BURN,
    what: 'a shared store that starts anew and is used at once',
    series: budget('300x120', shared('290x60 0+0.5x60'), { ...month, resets: `3600x60 ${MONTH}x60` }),
    at: '80m',
    fires: true,
  },
  ...(['spent', 'shared_spent'] as const).flatMap((kind): AlertCase[] => [
    {
      alert: BURN,
      what: `a user begins with $5 of $10 a month, ${kind}`,
      series: { ...ofUser('u1', kind, '1x120'), ...ofUser('u2', kind, '_x80 5x40') },
      at: '83m',
      fires: true,
    },
    {
      alert: BURN,
      what: `one of the users that are shown gives way to another, ${kind}`,
      series: { ...ofUser('u1', kind, '1x79 stale'), ...ofUser('u2', kind, '_x80 5x40') },
      at: '83m',
      fires: false,
    },
    {
      alert: BURN,
      what: `scrapes fail for half an hour, ${kind}`,
      series: { ...ofUser('u1', kind, '1x50 _x30 1x40'), ...ofUser('u2', kind, '5x50 _x30 5x40') },
      at: '83m',
      fires: false,
    },
  ]),

  {
    alert: FORECAST,
    what: '$10 an hour of $3000 a month, in the second hour after $300',
    series: budget('3000x120', own('300+0.1666667x120'), month),
    at: '120m',
    fires: true,
  },
  {
    alert: FORECAST,
    what: '$2 an hour of $3000 a month, in the second hour after $300',
    series: budget('3000x120', own('300+0.0333333x120'), month),
    at: '120m',
    fires: false,
  },
  {
    alert: FORECAST,
    what: '$1.20 an hour of $24 a day, with a day to go',
    series: budget('24x120', own('2+0.02x120')),
    at: '100m',
    fires: true,
  },
  {
    alert: FORECAST,
    what: 'a new user spends 10 cents of $10 a month in half an hour, and nothing more',
    series: { ...ofUser('u1', 'spent', '1x120'), ...ofUser('u2', 'spent', '_x20 0.01+0.003x30 0.1x70') },
    at: '60m',
    fires: false,
  },
  {
    alert: FORECAST,
    what: '$0.60 an hour of $24 a day',
    series: budget('24x120', own('0+0.01x120')),
    at: '100m',
    fires: false,
  },
  {
    alert: FORECAST,
    what: 'no time left to overspend',
    series: budget('24x120', own('10+0.02x120'), { resets: '7200x120' }),
    at: '100m',
    fires: false,
  },
  {
    alert: FORECAST,
    what: 'a period that rolls and has no reset',
    series: {
      ...budget('24x120', own('0+0.02x120')),
      'tokenmeter_budget_reset_timestamp{job="shop", instance="a", budget="b"}': '_x120',
    },
    at: '100m',
    fires: false,
  },
  {
    alert: FORECAST,
    what: 'the new period after a reset',
    series: budget('24x120', own('23x90 0+0.001x30'), { resets: `5400x90 ${DAY}x30` }),
    at: '110m',
    fires: false,
  },

  { alert: STORE, what: 'a failure a minute', series: { [failures]: '0+1x30' }, at: '20m', fires: true },
  { alert: STORE, what: 'a single failure', series: { [failures]: '0x10 3x20' }, at: '16m', fires: false },
  { alert: STORE, what: 'failures long ago', series: { [failures]: '5x30' }, at: '20m', fires: false },
  { alert: STORE, what: 'a restart', series: { [failures]: '5x10 0x20' }, at: '20m', fires: false },
];
