import timers from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { firstLine, warnOnce } from '../report.ts';
import { ROWS_FROM, rowsFrom } from './facts.ts';
import type { LedgerOptions } from './options.ts';
import type { Store } from './stores/store.ts';
import { DAY_MS, type Tables, toNumber } from './tables.ts';

const { setTimeout, clearTimeout } = timers;

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;
/** Rows that are deleted at once: a few milliseconds, in which nobody else can write. */
const CHUNK = 5000;
/** Between two chunks, so that others have their turn. */
const PAUSE_MS = 50;
/** More than clocks are corrected by. */
const MAX_JUMP_MS = 3_600_000;

const startedAt = Math.round(Date.now() - performance.now());

/** Deletes from time to time what is older than it should be. Returns how to stop. */
export function startRetention(store: Store, { keepDays, keepAggregatesDays }: LedgerOptions): () => void {
  if (keepDays === undefined && keepAggregatesDays === undefined) return () => {};
  let timer = setTimeout(run, FIRST_AFTER_MS).unref();
  let isStopped = false;
  async function run() {
    try {
      if (clockHasJumped()) {
        warnOnce('ledger clock', 'the clock has jumped: nothing is deleted from the ledger by this process');
        return;
      }
      if (performance.now() < DAY_MS && (await wouldDeleteAll(store, keepDays ?? keepAggregatesDays))) {
        warnOnce(
          'ledger all old',
          'all calls of the ledger are older than keepDays: none is deleted before a newer one has come',
        );
      } else await prune(store, { keepDays, keepAggregatesDays }, () => isStopped);
    } catch (error) {
      warnOnce('ledger retention', `old calls stay in the ledger for now: ${firstLine(error)}`);
    }
    if (!isStopped) timer = setTimeout(run, EVERY_MS).unref();
  }
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Against a clock that does not jump. A wrong one would have all that is recorded look old. */
export function clockHasJumped(now = Date.now(), elapsed = performance.now()): boolean {
  return Math.abs(now - elapsed - startedAt) > MAX_JUMP_MS;
}

/**
 * All that was there when this process began: either nothing was called for long, or the clock was wrong. A clock that
 * is set within the first day is seen to jump.
 */
export async function wouldDeleteAll(
  store: Store,
  keepDays = Infinity,
  now = Date.now(),
  began = startedAt,
): Promise<boolean> {
  const db = await store.kysely();
  const newest = await db
    .selectFrom('calls')
    .select('time')
    .where('time', '<', began)
    .orderBy('time', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest !== undefined && toNumber(newest.time) < firstKept(now, keepDays);
}

/** All that pruning needs of a store. */
export type Prunable = Pick<Store, 'kysely' | 'run'>;

interface Retention {
  readonly keepDays?: number | undefined;
  readonly keepAggregatesDays?: number | undefined;
}

/**
 * Deletes calls, and sums, of whole days of UTC, in small steps. It may be done again, or by several processes at
 * the same time, or be broken off.
 */
export async function prune(
  store: Prunable,
  { keepDays, keepAggregatesDays }: Retention,
  isStopped: () => boolean = () => false,
  now = Date.now(),
): Promise<{ readonly rows: number; readonly sums: number }> {
  const db = await store.kysely();
  let rows = 0;
  let sums = 0;
  if (keepDays !== undefined) {
    const before = firstKept(now, keepDays);
    // First: as soon as the first row is gone, reports take these days from the sums.
    if (before > (await rowsFrom(db))) {
      await store.run([
        db
          .insertInto('facts')
          .values({ name: ROWS_FROM, value: String(before) })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(before) }))
          .compile(),
      ]);
    }
    rows = await deleteCalls(store, db, before, isStopped);
  }
  if (keepAggregatesDays !== undefined) {
    const before = firstKept(now, keepAggregatesDays);
    for (const table of ['usage_by_model', 'usage_by_user'] as const) {
      sums += await deleteSums(store, db, table, before, isStopped);
    }
  }
  return { rows, sums };
}

async function deleteCalls(
  store: Prunable,
  db: Kysely<Tables>,
  before: number,
  isStopped: () => boolean,
): Promise<number> {
  const oldest = db.selectFrom('calls').select('seq').where('time', '<', before).orderBy('time').limit(CHUNK);
  const statement = db.deleteFrom('calls').where('seq', 'in', oldest).compile();
  let deleted = 0;
  while (!isStopped()) {
    const [changes = 0] = await store.run([statement]);
    deleted += changes;
    if (changes < CHUNK) break;
    await pause(PAUSE_MS, undefined, { ref: false });
  }
  return deleted;
}

/** A day at a time. */
async function deleteSums(
  store: Prunable,
  db: Kysely<Tables>,
  table: 'usage_by_model' | 'usage_by_user',
  before: number,
  isStopped: () => boolean,
): Promise<number> {
  let deleted = 0;
  while (!isStopped()) {
    const oldest = await db.selectFrom(table).select('bucket').orderBy('bucket').limit(1).executeTakeFirst();
    if (oldest === undefined || toNumber(oldest.bucket) >= before) break;
    const until = Math.min(before, toNumber(oldest.bucket) + DAY_MS);
    const [changes = 0] = await store.run([db.deleteFrom(table).where('bucket', '<', until).compile()]);
    deleted += changes;
    await pause(PAUSE_MS, undefined, { ref: false });
  }
  return deleted;
}

/** The first day that stays. */
export function firstKept(now: number, days: number): number {
  return now - (now % DAY_MS) - days * DAY_MS;
}
