import { type InstrumentName, METRIC } from '../telemetry/names.ts';
import type { BudgetUnit } from './types.ts';

export const UNITS = ['usd', 'tokens', 'requests'] as const satisfies readonly BudgetUnit[];

/** The gauges of a budget, by what it counts. */
export const LIMIT: Readonly<Record<BudgetUnit, InstrumentName>> = {
  usd: METRIC.budgetLimitUsd,
  tokens: METRIC.budgetLimitTokens,
  requests: METRIC.budgetLimitRequests,
};
export const SPENT: Readonly<Record<BudgetUnit, InstrumentName>> = {
  usd: METRIC.budgetSpentUsd,
  tokens: METRIC.budgetSpentTokens,
  requests: METRIC.budgetSpentRequests,
};
export const SHARED_SPENT: Readonly<Record<BudgetUnit, InstrumentName>> = {
  usd: METRIC.budgetSharedSpentUsd,
  tokens: METRIC.budgetSharedSpentTokens,
  requests: METRIC.budgetSharedSpentRequests,
};
