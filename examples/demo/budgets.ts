import { gauge, LABEL } from '../../src/rules/promql.ts';
import { BUDGET_LIMIT, BUDGET_METRIC, BUDGET_SPENT } from '../../src/telemetry/names.ts';
import type { Sample } from './gauges.ts';
import { groupRows, type Row } from './usage.ts';

const DAY_SECONDS = 86_400;

/** What a team may spend in a day. At the demo's pace the greatest reaches it within a minute. */
const TEAM_DAY_USD = 2;
const ALL_DAY_USD = 50;

/** The demo's budgets as gauges, from what was metered. */
export function budgetSamples(rows: readonly Row[], now = Date.now()): Sample[] {
  const all = [...groupRows(rows, () => 'all').values()].map(({ spendUsd = 0 }) =>
    samplesOf({ [LABEL.budget]: 'all-day' }, ALL_DAY_USD, spendUsd, now),
  );
  const teams = [...groupRows(rows, ({ team }) => team)].map(([team, { spendUsd = 0 }]) =>
    samplesOf({ [LABEL.budget]: 'team-day', [LABEL.team]: team }, TEAM_DAY_USD, spendUsd, now),
  );
  return [...all, ...teams].flat();
}

export function samplesOf(
  labels: Sample['labels'],
  limit: number,
  spent: number,
  now = Date.now(),
): Sample[] {
  const today = Math.floor(now / 1000 / DAY_SECONDS) * DAY_SECONDS;
  return [
    { name: gauge(BUDGET_LIMIT('usd')), labels, value: limit },
    { name: gauge(BUDGET_SPENT('usd')), labels, value: spent },
    { name: gauge(BUDGET_METRIC.resetTimestamp), labels, value: today + DAY_SECONDS },
    { name: gauge(BUDGET_METRIC.periodSeconds), labels, value: DAY_SECONDS },
  ];
}
