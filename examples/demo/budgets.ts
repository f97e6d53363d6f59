import { gauge, LABEL } from '../../src/rules/promql.ts';
import { BUDGET_LIMIT, BUDGET_METRIC, BUDGET_SPENT, type BudgetUnit } from '../../src/telemetry/names.ts';
import type { Sample } from './gauges.ts';
import { groupRows, type Row } from './usage.ts';

const DAY_SECONDS = 86_400;

/** What a team may spend in a day. At the demo's pace the greatest reaches it within a minute. */
const TEAM_DAY_USD = 2;
const ALL_DAY_USD = 50;
const USER_DAY_TOKENS = 3_000_000;

/** The demo's budgets as gauges, from what was metered. */
export function budgetSamples(rows: readonly Row[], now = Date.now()): Sample[] {
  const all = [...groupRows(rows, () => 'all').values()].map(({ spendUsd = 0 }) =>
    samplesOf({ [LABEL.budget]: 'all-day' }, ALL_DAY_USD, spendUsd, now),
  );
  const teams = [...groupRows(rows, ({ team }) => team)].map(([team, { spendUsd = 0 }]) =>
    samplesOf({ [LABEL.budget]: 'team-day', [LABEL.team]: team }, TEAM_DAY_USD, spendUsd, now),
  );
  const users = [...groupRows(rows, ({ user }) => user)].map(([user, { inputTokens, outputTokens }]) => {
    const labels = { [LABEL.budget]: 'user-tokens', [LABEL.userId]: user };
    return samplesOf(labels, USER_DAY_TOKENS, inputTokens + outputTokens, now, 'tokens');
  });
  return [...all, ...teams, ...users].flat();
}

export function samplesOf(
  labels: Sample['labels'],
  limit: number,
  spent: number,
  now = Date.now(),
  unit: BudgetUnit = 'usd',
): Sample[] {
  const today = Math.floor(now / 1000 / DAY_SECONDS) * DAY_SECONDS;
  return [
    { name: gauge(BUDGET_LIMIT(unit)), labels, value: limit },
    { name: gauge(BUDGET_SPENT(unit)), labels, value: spent },
    { name: gauge(BUDGET_METRIC.resetTimestamp), labels, value: today + DAY_SECONDS },
    { name: gauge(BUDGET_METRIC.periodSeconds), labels, value: DAY_SECONDS },
  ];
}
