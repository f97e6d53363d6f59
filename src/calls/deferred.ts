import timers from 'node:timers';
import { NOTHING_SPENT } from '../budgets/budget.ts';
import type { Reservation } from '../budgets/budgets.ts';
import type { UsageContext } from '../context.ts';

/** Batches, background responses and sessions that are remembered: about 100 bytes each. */
const MAX_WORK = 20_000;
/** Results that are remembered, of all of them together: ids of about 60 bytes. */
const MAX_RESULTS = 500_000;

/** Longer than work in the background takes. */
const HELD_MS = 3_600_000;

// Node's own: an app's tests may replace the timers.
const { setTimeout } = timers;

interface Work {
  readonly who: UsageContext | undefined;
  /** The ids of its results that were metered. */
  readonly metered: Set<string>;
  /** What of a running total was metered. */
  total: number;
  /** What budgets have set aside for it. */
  reservation?: Reservation | undefined;
}

/** Results that were metered before: by this process before it was started anew, or by another. */
export interface RecordedWork {
  has(result: string): boolean;
}

/**
 * Work whose results come later, by id: batches, background responses, sessions. On whose behalf it was
 * begun, and which of its results were metered, so that each is metered once however often it comes.
 * Bounded: the work used longest ago is forgotten first.
 */
export class DeferredWork {
  readonly #work = new Map<string, Work>();
  #results = 0;
  #recorded: RecordedWork | undefined;

  /** Remembers also what somebody has on record. */
  useRecord(recorded: RecordedWork): void {
    this.#recorded = recorded;
  }

  /** Work was begun on behalf of `who`. */
  expect(id: string, who: UsageContext): void {
    if (!this.#work.has(id)) this.#use(id, newWork(who));
  }

  /** True for the one who is to meter a result of some work: the first that asks. */
  claim(id: string, result: string): boolean {
    const work = this.#work.get(id) ?? newWork();
    const isKnown = work.metered.has(result);
    if (!isKnown) {
      work.metered.add(result);
      this.#results++;
    }
    this.#use(id, work);
    return !isKnown && this.#recorded?.has(result) !== true;
  }

  /** Some work has come to a total. Returns up to where it was metered before. */
  raise(id: string, total: number): number {
    const work = this.#work.get(id) ?? newWork();
    const before = work.total;
    work.total = Math.max(before, total);
    this.#use(id, work);
    return before;
  }

  /** What is set aside for some work stays so until its result comes, or for so long that nobody waits for it. */
  hold(id: string, reservation: Reservation): void {
    const work = this.#work.get(id);
    if (!work) {
      reservation.settle(NOTHING_SPENT);
      return;
    }
    work.reservation = reservation;
    setTimeout(() => reservation.settle(NOTHING_SPENT), HELD_MS).unref();
  }

  /** Of work whose result has come. */
  takeReservation(id: string): Reservation | undefined {
    const work = this.#work.get(id);
    const reservation = work?.reservation;
    if (work) work.reservation = undefined;
    return reservation;
  }

  whoBegan(id: string): UsageContext | undefined {
    return this.#work.get(id)?.who;
  }

  #use(id: string, work: Work): void {
    this.#work.delete(id);
    this.#work.set(id, work);
    while (this.#work.size > 1 && (this.#work.size > MAX_WORK || this.#results > MAX_RESULTS)) {
      const [[oldest, { metered, reservation }]] = this.#work as unknown as [[string, Work]];
      this.#work.delete(oldest);
      reservation?.settle(NOTHING_SPENT);
      this.#results -= metered.size;
    }
  }
}

function newWork(who?: UsageContext): Work {
  return { who, metered: new Set(), total: 0 };
}
