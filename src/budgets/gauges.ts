import type { Attributes } from '@opentelemetry/api';
import type { Reading } from '../telemetry/gauges.ts';
import { type InstrumentName, METRIC } from '../telemetry/names.ts';
import { numberOf } from './amounts.ts';
import type { ActiveBudget } from './budget.ts';
import type { Budgets } from './budgets.ts';
import { LIMIT, SHARED_SPENT, SPENT } from './metrics.ts';
import type { Period } from './period.ts';
import type { SteadyStore } from './steady-store.ts';
import type { Scope } from './types.ts';

/** What a scrape shows of each budget: of its scopes those that are nearest to their limit. */
export async function budgetGauges(
  budgets: Budgets,
  store: SteadyStore,
  labelsOf: (budget: string, scope: Scope) => Attributes | undefined,
  maxScopes: number,
): Promise<Reading[]> {
  const spentMetric = store.isShared ? SHARED_SPENT : SPENT;
  const readings: Reading[] = [];
  for (const budget of budgets.active) {
    const { period, counted } = budget.periodAt(Date.now());
    const found = await scopesOf(budget, store, counted, maxScopes);
    // What is not known is not shown: 0 would look like a new period.
    if (found === undefined) continue;
    // One that has no scopes is there before anything is spent.
    const scopes = budget.per.length > 0 ? found : [{ scope: '', spent: found[0]?.spent ?? 0n }];
    for (const { scope: key, spent } of nearest(budget, scopes, maxScopes)) {
      const labels = labelsOf(budget.name, budget.scopeOf(key));
      if (!labels) continue;
      const limit = budget.limitOf(key);
      const add = (metric: InstrumentName, value: number) => readings.push({ metric, labels, value });
      if (limit !== undefined) add(LIMIT[budget.unit], numberOf(budget.unit, limit));
      add(spentMetric[budget.unit], numberOf(budget.unit, spent));
      // A moving window is never empty again: it has no reset, and no forecast.
      if (period.until === period.end) add(METRIC.budgetReset, period.end / 1000);
      add(METRIC.budgetPeriod, budget.periodSeconds);
    }
  }
  return readings;
}

/** Those that have spent most, and those with limits of their own, which may be nearer to theirs. */
async function scopesOf(
  budget: ActiveBudget,
  store: SteadyStore,
  counted: readonly Period[],
  most: number,
): Promise<{ readonly scope: string; readonly spent: bigint }[] | undefined> {
  const found = await store.scopes(budget.account, counted, Math.max(1, most));
  const known = new Set(found?.map(({ scope }) => scope));
  const others = [...budget.overridden].filter((scope) => !known.has(scope)).slice(0, most);
  const sums = await store.read(others.map((scope) => ({ budget: budget.account, scope, counted })));
  if (found === undefined || sums === undefined) return undefined;
  const spenders = others.map((scope, index) => ({ scope, spent: sums[index]?.spent ?? 0n }));
  return [...found, ...spenders.filter(({ spent }) => spent > 0n)];
}

function nearest<T extends { readonly scope: string; readonly spent: bigint }>(
  budget: ActiveBudget,
  scopes: readonly T[],
  most: number,
): readonly T[] {
  if (scopes.length <= most) return scopes;
  const shareOf = ({ scope, spent }: T) =>
    Number(spent) / Number(budget.limitOf(scope) || Number.POSITIVE_INFINITY);
  return scopes
    .map((scope) => ({ scope, share: shareOf(scope) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
    .map(({ scope }) => scope);
}
