import { METRIC } from '../../telemetry/names.ts';
import { atLeast, BUDGET, counter, LABEL } from '../promql.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { alert, labelText, PERCENT } from './alert.ts';
import { BUDGET_NAME, SPENT_OF_LIMIT } from './budget-text.ts';

/** Used share of a budget: a new user's first cents are no trend. What is really fast is told by FastBurn. */
const FORECAST_FROM = 0.1;

/** Alertmanager keeps the lesser ones quiet while a budget is exhausted. */
export function budgetAlerts({ budgetWarning, budgetFastBurn }: Thresholds): RuleGroup {
  return {
    name: 'tokenmeter-budget-alerts',
    rules: [
      // Before those that it inhibits: one that ends while it still seems to fire is never told as resolved.
      alert({
        name: 'TokenmeterBudgetExhausted',
        severity: 'critical',
        expr: `${BUDGET.used} ${atLeast(1)}`,
        summary: `${BUDGET_NAME} is used up`,
        description: `${SPENT_OF_LIMIT} are spent (${PERCENT}). A budget that blocks refuses calls until its reset.`,
      }),
      alert({
        name: 'TokenmeterBudgetWarning',
        severity: 'warning',
        expr: `${BUDGET.used} ${atLeast(budgetWarning)}`,
        summary: `${BUDGET_NAME}: ${PERCENT} used`,
        description: `${SPENT_OF_LIMIT} are spent (${PERCENT}).`,
      }),
      alert({
        name: 'TokenmeterBudgetFastBurn',
        severity: 'critical',
        for: '2m',
        expr: `${BUDGET.burn1h} > ${budgetFastBurn} and ${BUDGET.burn5m} > ${budgetFastBurn}`,
        summary: `${BUDGET_NAME} is burning {{ $value | printf "%.1f" }} times too fast`,
        description:
          `In the last hour and the last 5 minutes money went {{ $value | printf "%.1f" }} times as fast as the ` +
          `budget would last for. ${SPENT_OF_LIMIT} are spent.`,
      }),
      alert({
        name: 'TokenmeterBudgetForecastOverLimit',
        severity: 'warning',
        for: '15m',
        expr: `${BUDGET.forecast} > 1 and ${BUDGET.used} ${atLeast(FORECAST_FROM)}`,
        summary: `${BUDGET_NAME} will not last: ${PERCENT} of it by its reset`,
        description: `At the present rate ${PERCENT} of the budget will be spent when it resets. Now: ${SPENT_OF_LIMIT}.`,
      }),
      alert({
        name: 'TokenmeterBudgetStoreFailing',
        severity: 'critical',
        expr: `sum by (${LABEL.job}) (increase(${counter(METRIC.budgetStoreFailures)}[5m])) > 0`,
        // Longer than the window: a single failure is over by then.
        for: '10m',
        summary: `The store of the budgets of ${labelText(LABEL.job)} does not answer`,
        description:
          `{{ $value | printf "%.0f" }} times in 5 minutes ${labelText(LABEL.job)} could not ask the store of its ` +
          'budgets. Calls pass unchecked, or are refused, as `failOpen` or `failClosed` says.',
      }),
    ],
  };
}
