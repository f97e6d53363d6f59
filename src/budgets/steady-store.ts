import timers from 'node:timers';
import { reportFault, warn, warnOnce } from '../report.ts';
import type { Period } from './period.ts';
import type {
  Account,
  BudgetStore,
  Charge,
  Charged,
  Claim,
  MaybeLater,
  Refusal,
  Sums,
} from './stores/types.ts';

interface Untold {
  readonly charges: readonly Charge[];
  readonly tell: Tell;
}

type Tell = (charged: readonly Charged[]) => void;

export interface SteadyOptions {
  readonly timeoutMs: number;
  /** Whether calls go on while the store does not answer. */
  readonly failOpen: boolean;
  /** Counts a failure. */
  onFailure(): void;
}

/** After a failure the store is left alone for so long: not every call waits for it. */
const REST_MS = 1000;
const REPORT_WITHIN_MS = 2000;
const WARN_EVERY_MS = 60_000;
/** Calls whose charges wait for a store that does not answer. */
const MAX_WAITING = 10_000;

const { setTimeout, clearTimeout } = timers;
const now = performance.now.bind(performance);

/** A store that answers in time, or is done without: what it misses is told to it when it is back. */
export class SteadyStore {
  readonly #store: BudgetStore;
  readonly #options: SteadyOptions;
  /** What the store was not told, or has not answered to, by the id of the call. */
  readonly #waiting = new Map<string, Untold>();
  readonly #underWay = new Set<Promise<unknown>>();
  #restsUntil = 0;
  #isAway = false;
  #warnedAt = Number.NEGATIVE_INFINITY;
  #retry: NodeJS.Timeout | undefined;

  constructor(store: BudgetStore, options: SteadyOptions) {
    this.#store = store;
    this.#options = options;
  }

  get isShared(): boolean {
    return this.#store.isShared;
  }

  /** Refuses what cannot be asked, where it is to fail closed. */
  reserve(id: string, claims: readonly Claim[], forMs: number): MaybeLater<Refusal> {
    return this.#ask<Refusal>(
      () => this.#store.reserve(id, claims, forMs),
      (wasAsked) => {
        // Where nothing can be refused, no answer is no reason to refuse it.
        const index = claims.findIndex(({ limit }) => limit !== undefined);
        if (this.#options.failOpen || index < 0) return undefined;
        // The answer may come yet, and then nobody else would release it.
        if (wasAsked) this.#keep(id, { charges: claims.map(nothingSpent), tell() {} });
        return { index, spent: 0n, reserved: 0n, why: NO_ANSWER };
      },
    );
  }

  /** Of a call that is still under way. */
  renew(id: string, claims: readonly Claim[], forMs: number): void {
    const renewed = this.#report(() => this.#store.renew?.(id, claims, forMs));
    if (renewed instanceof Promise) renewed.catch(() => {});
  }

  /** @param tell Is told what became of the sums, now or when the store is back. */
  settle(id: string, charges: readonly Charge[], tell: Tell): void {
    const settled = this.#settle(id, { charges, tell });
    if (settled instanceof Promise) settled.catch((fault) => reportFault('telling of a budget', fault));
  }

  #settle(id: string, untold: Untold, evenIfResting = false): MaybeLater<void> {
    const keep = () => {
      this.#keep(id, untold);
      return undefined;
    };
    const charged = this.#ask<readonly Charged[] | undefined>(
      () => this.#store.settle(id, untold.charges),
      keep,
      evenIfResting,
    );
    if (charged instanceof Promise) return charged.then((answer) => answer && untold.tell(answer));
    if (charged) untold.tell(charged);
  }

  /** Undefined: no answer. */
  read(
    accounts: readonly (Account & { readonly counted: readonly Period[] })[],
  ): MaybeLater<readonly Sums[] | undefined> {
    return this.#report(() => this.#store.read(accounts));
  }

  /** Undefined: no answer. */
  scopes(
    budget: string,
    counted: readonly Period[],
    most: number,
  ): MaybeLater<readonly (Sums & { readonly scope: string })[] | undefined> {
    return this.#report(() => this.#store.scopes(budget, counted, most));
  }

  rearm(budget: string, period: Period, thresholdsOf: (scope: string) => readonly bigint[]): void {
    const told = this.#report(() => this.#store.rearm(budget, period, thresholdsOf));
    if (told instanceof Promise) told.catch(() => {});
  }

  /** Resolves when the store was told of everything, or did not answer in time. */
  async flush(): Promise<void> {
    clearTimeout(this.#retry);
    await Promise.all(this.#underWay);
    await this.#tellWaiting(true);
  }

  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#retry);
    await this.#store.close();
  }

  /** Whatever no call waits for: it has more time, and is no reason to leave the store alone. Undefined: no answer. */
  #report<T>(ask: () => MaybeLater<T>): MaybeLater<T | undefined> {
    try {
      const answer = ask();
      return answer instanceof Promise
        ? this.#inTime(answer, REPORT_WITHIN_MS).catch(() => undefined)
        : answer;
    } catch {
      return undefined;
    }
  }

  #ask<T>(
    ask: () => MaybeLater<T>,
    otherwise: (wasAsked: boolean) => T,
    evenIfResting = false,
  ): MaybeLater<T> {
    if (this.#restsUntil > 0 && !evenIfResting && now() < this.#restsUntil) return otherwise(false);
    const failed = (cause: unknown) => {
      this.#fail(cause);
      return otherwise(true);
    };
    const answered = (answer: T) => {
      if (this.#isAway) this.#isBack();
      return answer;
    };
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return answered(answer);
      const inTime = this.#inTime(answer, this.#options.timeoutMs).then(answered, failed);
      this.#underWay.add(inTime);
      inTime.finally(() => this.#underWay.delete(inTime));
      return inTime;
    } catch (cause) {
      return failed(cause);
    }
  }

  #inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #fail(cause: unknown): void {
    this.#restsUntil = now() + REST_MS;
    this.#options.onFailure();
    if (this.#isAway) return;
    this.#isAway = true;
    // One that comes and goes fills no log.
    if (now() - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now();
    const goesOn = this.#options.failOpen ? 'calls are let through' : 'calls are refused';
    warn(`the store of the budgets does not answer: ${goesOn}`, cause);
  }

  #isBack(): void {
    this.#isAway = false;
    this.#restsUntil = 0;
    if (now() - this.#warnedAt < WARN_EVERY_MS) warn('the store of the budgets answers again');
  }

  #keep(id: string, untold: Untold): void {
    if (this.#waiting.size >= MAX_WAITING) {
      warnOnce('budget charges', 'the store of the budgets is away for too long: spending is forgotten');
      return;
    }
    this.#waiting.set(id, untold);
    this.#retry ??= setTimeout(() => void this.#tellWaiting(), REST_MS).unref();
  }

  /** Under the same ids: the store may have done it, and answered too late. */
  async #tellWaiting(evenIfResting = false): Promise<void> {
    this.#retry = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [index, [id, untold]] of waiting.entries()) {
      try {
        await this.#settle(id, untold, evenIfResting);
      } catch (fault) {
        reportFault('telling of a budget', fault);
      }
      if (!this.#isAway) continue;
      for (const [next, rest] of waiting.slice(index + 1)) this.#keep(next, rest);
      return;
    }
  }
}

function nothingSpent(claim: Claim): Charge {
  return { ...claim, reserved: claim.amount, reservedIn: claim.period, spent: 0n, thresholds: [] };
}

const NO_ANSWER = 'the store of the budgets does not answer';
