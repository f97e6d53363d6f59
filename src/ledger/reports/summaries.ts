import type { Kysely } from 'kysely';
import { usdFromPico } from '../../pricing/cost.ts';
import { LedgerError } from '../errors.ts';
import type { Tables } from '../tables.ts';
import { checkDay, daysBefore, MAX_SPANS, today } from './spans.ts';
import type { DailySummary, Moment, Usage, UsageRow } from './types.ts';
import { ranking, usage } from './usage.ts';

export interface Period {
  readonly from?: Moment | undefined;
  readonly to?: Moment | undefined;
  /** Default: `UTC`. */
  readonly timeZone?: string | undefined;
}

export interface TopUsersQuery extends Period {
  /** Default: `cost`. */
  readonly by?: 'cost' | 'tokens' | undefined;
  /** Default: 10. */
  readonly limit?: number | undefined;
}

/** Databases take no more than some tens of thousands in one statement. */
const MAX_PARAMETERS = 10_000;

export async function topUsers(db: Kysely<Tables>, query: TopUsersQuery): Promise<UsageRow<'user'>[]> {
  const { by = 'cost', limit = 10, ...period } = query;
  // One more, as calls of nobody are no user's. Who they are is found first: all sums of all users would take long.
  const found = await ranking(db, { ...period, by: ['user'], orderBy: by, limit: limit + 1 });
  const users = found.filter((user) => user !== undefined).slice(0, limit);
  const rows: UsageRow<'user'>[] = [];
  for (let from = 0; from < users.length; from += MAX_PARAMETERS) {
    const some = users.slice(from, from + MAX_PARAMETERS);
    rows.push(...(await usage(db, { ...period, by: ['user'], where: { user: some }, orderBy: by })));
  }
  return rows;
}

export function costByModel(db: Kysely<Tables>, period: Period): Promise<UsageRow<'provider' | 'model'>[]> {
  return usage(db, { ...period, by: ['provider', 'model'], orderBy: 'cost' });
}

/** The last days of one user, today included, the newest first. */
export async function userUsage(
  db: Kysely<Tables>,
  user: string,
  days: number,
  timeZone: string,
): Promise<UsageRow<'day'>[]> {
  if (!Number.isSafeInteger(days) || days < 1 || days > MAX_SPANS)
    throw new LedgerError(`days: got ${days}, expected a whole number from 1 to ${MAX_SPANS}`);
  const to = today(timeZone);
  const rows = await usage(db, {
    from: daysBefore(to, days - 1),
    to,
    timeZone,
    by: ['day'],
    where: { user },
  });
  return rows.reverse();
}

export async function dailySummary(
  db: Kysely<Tables>,
  date: string | undefined,
  timeZone: string,
  budgetUsd: number | undefined,
): Promise<DailySummary> {
  const day = date === undefined ? today(timeZone) : checkDay(date);
  const period = { from: day, to: day, timeZone };
  const models = await usage(db, { ...period, by: ['provider', 'model'], orderBy: 'cost' });
  const total = totalOf(models);
  const budget = budgetUsd === undefined ? undefined : budgetOf(budgetUsd, total.costUsd);
  return { date: day, timeZone, models, total, budget };
}

function totalOf(parts: readonly Usage[]): Usage {
  const sum = (name: Exclude<keyof Usage, 'picoUsd' | 'averageLatencyMs'>) =>
    parts.reduce((total, part) => total + part[name], 0);
  const picoUsd = parts.reduce((total, part) => total + part.picoUsd, 0n);
  return {
    requests: sum('requests'),
    calls: sum('calls'),
    errors: sum('errors'),
    aborted: sum('aborted'),
    inputTokens: sum('inputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    outputTokens: sum('outputTokens'),
    reasoningTokens: sum('reasoningTokens'),
    totalTokens: sum('totalTokens'),
    costUsd: usdFromPico(picoUsd),
    picoUsd,
    unpriced: sum('unpriced'),
    unmetered: sum('unmetered'),
    estimated: sum('estimated'),
    timed: sum('timed'),
    averageLatencyMs: averageOf(parts),
  };
}

function averageOf(parts: readonly Usage[]): number | undefined {
  const timed = parts.filter(({ averageLatencyMs }) => averageLatencyMs !== undefined);
  const calls = timed.reduce((total, { timed }) => total + timed, 0);
  const milliseconds = timed.reduce((total, part) => total + (part.averageLatencyMs ?? 0) * part.timed, 0);
  return calls === 0 ? undefined : milliseconds / calls;
}

function budgetOf(usd: number, spentUsd: number): NonNullable<DailySummary['budget']> {
  return { usd, remainingUsd: usd - spentUsd, usedShare: spentUsd / usd };
}
