import type { Kysely } from 'kysely';
import { LedgerError } from '../errors.ts';
import type { Tables } from '../tables.ts';
import { daysBefore, today } from './spans.ts';
import type { DailySummary, Moment, UsageRow } from './types.ts';
import { usage } from './usage.ts';

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

export async function topUsers(db: Kysely<Tables>, query: TopUsersQuery): Promise<UsageRow<'user'>[]> {
  const { by = 'cost', limit = 10, ...period } = query;
  // One more, as calls of nobody are no user's.
  const rows = await usage(db, { ...period, by: ['user'], orderBy: by, limit: limit + 1 });
  return rows.filter(({ user }) => user !== undefined).slice(0, limit);
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
  if (!Number.isSafeInteger(days) || days < 1) throw new LedgerError(`days: got ${days}, expected 1 or more`);
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
  const day = date ?? today(timeZone);
  const period = { from: day, to: day, timeZone };
  const [models, [total]] = await Promise.all([
    usage(db, { ...period, by: ['provider', 'model'], orderBy: 'cost' }),
    usage(db, period),
  ]);
  if (!total) throw new LedgerError(`${JSON.stringify(day)} is no day such as 2026-07-01`);
  const budget = budgetUsd === undefined ? undefined : budgetOf(budgetUsd, total.costUsd);
  return { date: day, timeZone, models, total, budget };
}

function budgetOf(usd: number, spentUsd: number): NonNullable<DailySummary['budget']> {
  return { usd, remainingUsd: usd - spentUsd, usedShare: spentUsd / usd };
}
