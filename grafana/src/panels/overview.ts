import type { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { LABEL } from '../../../src/rules/promql.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/rules/thresholds.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import {
  bars,
  byName,
  COLOR,
  fixedColor,
  stacked,
  stat,
  table,
  thresholds,
  timeSeries,
} from '../defaults.ts';
import * as budgets from '../queries/budgets.ts';
import * as calls from '../queries/calls.ts';
import * as health from '../queries/health.ts';
import * as spend from '../queries/spend.ts';

/** Grafana moves a panel to another time only where the dashboard's own is relative. */
const OVERRIDDEN =
  'In the time zone of the dashboard. Only with a relative time such as "Last 6 hours": after a zoom it is of the time that is looked at.';
const NONE_YET = 'No data: nothing with a known price was called in this time, or nothing is scraped.';

export const spendToday = (): Stat =>
  stat(
    { title: 'Spend today', description: `Since midnight. ${OVERRIDDEN} ${NONE_YET}` },
    units.Dollars,
    spend.spend,
  )
    .timeFrom('now/d')
    .span(4)
    .decimals(2);

export const spendThisMonth = (): Stat =>
  stat(
    { title: 'Spend this month', description: `Since the first of the month. ${OVERRIDDEN} ${NONE_YET}` },
    units.Dollars,
    spend.spend,
  )
    .timeFrom('now/M')
    .span(5)
    .decimals(2);

export const monthForecast = (): Stat =>
  stat(
    {
      title: 'Month forecast',
      description: `What was spent this month, and for what is left of it the spend of the last 24 hours a day; of an app that is metered for less, as much as it would be in 24 hours. ${OVERRIDDEN} ${NONE_YET}`,
    },
    units.Dollars,
    spend.monthForecast,
  )
    .timeFrom('now/M')
    .span(5)
    .decimals(2);

export const mostUsedBudget = (): Stat =>
  stat(
    {
      title: 'Budget used',
      description:
        'Used share of the budget that is nearest its limit; of those of a team or user where one is chosen. No data: no budget with a limit is declared, or the recording rules are not loaded.',
    },
    units.PercentUnit,
    budgets.mostUsedOfAll,
  )
    .thresholds(
      thresholds(COLOR.good, [
        [0.5, COLOR.notice],
        [DEFAULT_THRESHOLDS.budgetWarning, COLOR.warn],
        [1, COLOR.bad],
      ]),
    )
    .decimals(0)
    .span(2);

export const callCount = (): Stat =>
  stat(
    {
      title: 'Calls',
      description:
        'Calls to models in the time that is looked at, without those that a budget refused. No data: nothing is scraped.',
    },
    units.Short,
    calls.calls,
  ).span(2);

export const errorRatio = (): Stat =>
  stat(
    {
      title: 'Failed calls',
      description:
        'Share of the calls that ended in an error. Calls that users broke off are no errors, and those that a budget refused no calls. No data: no calls.',
    },
    units.PercentUnit,
    calls.errorRatio,
  )
    .thresholds(
      thresholds(COLOR.good, [
        [DEFAULT_THRESHOLDS.errorRatio / 5, COLOR.notice],
        [DEFAULT_THRESHOLDS.errorRatio, COLOR.bad],
      ]),
    )
    .decimals(1)
    .span(2);

export const latency = (): Stat =>
  stat(
    {
      title: 'Latency, p95',
      description:
        'One call in twenty takes longer, retries and the whole stream included. Of all teams and users. No data: no calls.',
    },
    units.Seconds,
    calls.quantileInRange(0.95, METRIC.duration),
  )
    .thresholds(thresholds(COLOR.good, [[DEFAULT_THRESHOLDS.latencySeconds, COLOR.bad]]))
    .decimals(1)
    .span(2);

export const firingAlerts = (): Stat =>
  stat(
    {
      title: 'Firing alerts',
      description: 'Alerts of tokenmeter that fire now for the chosen apps; the list is below.',
    },
    units.Short,
    health.firing,
  )
    .thresholds(thresholds(COLOR.good, [[1, COLOR.bad]]))
    .span(2);

export const spendByModel = () =>
  stacked(
    { title: 'Spend per hour by model', description: `US dollars an hour, as requested models. ${NONE_YET}` },
    units.Dollars,
    [{ expr: spend.spendRateBy(LABEL.requestModel), legend: `{{${LABEL.requestModel}}}` }],
  )
    .colorScheme(byName())
    .span(12);

export const spendByTeam = () =>
  stacked(
    {
      title: 'Spend per hour by team',
      description: `US dollars an hour. (none): calls without a team. ${NONE_YET}`,
    },
    units.Dollars,
    [{ expr: spend.spendRateBy(LABEL.team), legend: `{{${LABEL.team}}}` }],
  ).span(12);

export const topUsers = () =>
  bars(
    {
      title: 'Top users by spend',
      description: `In the time that is looked at. (none): calls for no user. __other__: users beyond the meter's cap. ${NONE_YET}`,
    },
    units.Dollars,
    [{ expr: spend.topSpend(LABEL.userId), legend: `{{${LABEL.userId}}}` }],
  ).decimals(2);

export const callsByOutcome = () =>
  stacked(
    {
      title: 'Calls per minute by outcome',
      description:
        'ok, error, aborted by the app or its users, blocked by a budget. No data: nothing is scraped.',
    },
    units.Short,
    [{ expr: calls.outcomeRates, legend: `{{${LABEL.outcome}}}` }],
  )
    .overrideByName('ok', fixedColor(COLOR.good))
    .overrideByName('error', fixedColor(COLOR.bad))
    .overrideByName('aborted', fixedColor(COLOR.notice))
    .overrideByName('blocked', fixedColor('purple'));

export const tokensByType = () =>
  timeSeries(
    {
      title: 'Tokens per minute',
      description:
        'Cached tokens are part of the input, reasoning of the output. No data: no calls brought usage.',
    },
    units.Short,
    [
      { expr: spend.tokenRates.input, legend: 'input' },
      { expr: spend.tokenRates.cacheRead, legend: 'of it from cache' },
      { expr: spend.tokenRates.output, legend: 'output' },
      { expr: spend.tokenRates.reasoning, legend: 'of it reasoning' },
    ],
  )
    .overrideByName('input', fixedColor('blue'))
    .overrideByName('of it from cache', fixedColor('light-blue'))
    .overrideByName('output', fixedColor('orange'))
    .overrideByName('of it reasoning', fixedColor('light-orange'));

export const latencyOverTime = () =>
  timeSeries(
    {
      title: 'Latency',
      description:
        'Half of the calls, and 19 in 20, take no longer than this. Of all teams and users. No data: no calls ended in this time.',
    },
    units.Seconds,
    [
      { expr: calls.quantile(0.5, METRIC.duration), legend: 'p50' },
      { expr: calls.quantile(0.95, METRIC.duration), legend: 'p95' },
    ],
  )
    .overrideByName('p50', fixedColor('blue'))
    .overrideByName('p95', fixedColor('purple'));

export const news = () =>
  table(
    {
      title: 'New in the last day',
      description:
        'Users, models and teams with spend in the last 24 hours and none in the six days before. No data: nobody is new.',
    },
    [
      { title: 'What', label: 'kind', width: 80 },
      { title: 'Name', label: 'name' },
      { title: 'Spend', expr: spend.news, unit: units.Dollars, decimals: 2, width: 110 },
    ],
  )
    .span(8)
    .height(8);

export const alertList = () =>
  table(
    {
      title: 'Alerts that fire',
      description:
        'Of the chosen apps, with what they are about. Each has a runbook, which its notification links. No data: all is well.',
    },
    [
      { title: 'Alert', label: 'alertname', width: 265 },
      {
        title: 'Severity',
        label: 'severity',
        width: 80,
        colorOf: { critical: COLOR.bad, warning: COLOR.warn, info: COLOR.plain },
      },
      { title: 'App', label: LABEL.job, width: 120 },
      { title: 'Budget', label: LABEL.budget, width: 110 },
      { title: 'User', label: LABEL.userId, width: 110 },
      { title: 'Team', label: LABEL.team, width: 90 },
      { title: 'Model', label: LABEL.requestModel },
      { title: 'For', expr: health.firingAlerts, unit: units.Seconds, decimals: 0, width: 85 },
    ],
    'For',
  )
    .span(16)
    .height(8);
