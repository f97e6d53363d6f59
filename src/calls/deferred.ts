import type { UsageContext } from '../context.ts';

/** Ids of batches and background responses are about 60 bytes: a full memory takes a few megabytes. */
const MAX_REMEMBERED = 20_000;

interface Work {
  readonly who: UsageContext | undefined;
  metered: boolean;
}

/**
 * Work whose results come later, by id: on whose behalf it was begun, and whether it was metered, so
 * that it is metered once however often it is retrieved. Bounded: the ids used longest ago are
 * forgotten first.
 */
export class DeferredWork {
  readonly #work = new Map<string, Work>();

  /** Work was begun on behalf of `who`. */
  expect(id: string, who: UsageContext): void {
    if (!this.#work.has(id)) this.#remember(id, { who, metered: false });
  }

  /** True for the one who is to meter it: the first that asks. */
  claim(id: string): boolean {
    const known = this.#work.get(id);
    this.#remember(id, { who: known?.who, metered: true });
    return known?.metered !== true;
  }

  whoBegan(id: string): UsageContext | undefined {
    return this.#work.get(id)?.who;
  }

  #remember(id: string, work: Work): void {
    this.#work.delete(id);
    this.#work.set(id, work);
    if (this.#work.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#work.keys();
    this.#work.delete(oldest as string);
  }
}
