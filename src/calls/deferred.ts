import type { UsageContext } from '../context.ts';

/** Batches, background responses and sessions that are remembered: about 100 bytes each. */
const MAX_WORK = 20_000;
/** Results that are remembered, of all of them together: ids of about 60 bytes. */
const MAX_RESULTS = 500_000;

interface Work {
  readonly who: UsageContext | undefined;
  /** The ids of its results that were metered. */
  readonly metered: Set<string>;
  /** What of a running total was metered. */
  total: number;
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

  whoBegan(id: string): UsageContext | undefined {
    return this.#work.get(id)?.who;
  }

  #use(id: string, work: Work): void {
    this.#work.delete(id);
    this.#work.set(id, work);
    while (this.#work.size > 1 && (this.#work.size > MAX_WORK || this.#results > MAX_RESULTS)) {
      const [[oldest, { metered }]] = this.#work as unknown as [[string, Work]];
      this.#work.delete(oldest);
      this.#results -= metered.size;
    }
  }
}

function newWork(who?: UsageContext): Work {
  return { who, metered: new Set(), total: 0 };
}
