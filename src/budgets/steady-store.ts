import timers from 'node:timers';
import { warnOnce } from '../report.ts';
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
/** Calls whose charges wait for a store that does not answer. */
const MAX_WAITING = 10_000;

const { setTimeout, clearTimeout } = timers;
const now = performance.now.bind(performance);

/** A store that answers in time, or is done without: what it misses is told to it when it is back. */
export class SteadyStore {
  readonly #store: BudgetStore;
  readonly #options: SteadyOptions;
  /** By the id of their call. */
  readonly #waiting = new Map<string, readonly Charge[]>();
  readonly #underWay = new Set<Promise<unknown>>();
  #restsUntil = 0;
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
      () => {
        // Where nothing can be refused, no answer is no reason to refuse it.
        const index = claims.findIndex(({ limit }) => limit !== undefined);
        if (this.#options.failOpen || index < 0) return undefined;
        // The answer may come yet, and then nobody else would release it.
        this.#keep(id, claims.map(nothingSpent));
        return { index, spent: 0n, reserved: 0n, why: NO_ANSWER };
      },
    );
  }

  /** Of a call that is still under way. */
  renew(id: string, claims: readonly Claim[], forMs: number): void {
    const renewed = this.#report(() => this.#store.renew?.(id, claims, forMs));
    if (renewed instanceof Promise) renewed.catch(() => {});
  }

  settle(id: string, charges: readonly Charge[]): MaybeLater<readonly Charged[]> {
    const keep = () => {
      this.#keep(id, charges);
      return [];
    };
    return this.#ask(() => this.#store.settle(id, charges), keep);
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
    await this.#tellWaiting();
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

  #ask<T>(ask: () => MaybeLater<T>, fallback: T | (() => T)): MaybeLater<T> {
    const otherwise = () => (typeof fallback === 'function' ? (fallback as () => T)() : fallback);
    if (this.#restsUntil > 0 && now() < this.#restsUntil) return otherwise();
    const failed = (cause: unknown) => {
      this.#fail(cause);
      return otherwise();
    };
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return answer;
      const inTime = this.#inTime(answer, this.#options.timeoutMs).catch(failed);
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
    const goesOn = this.#options.failOpen ? 'calls are let through' : 'calls are refused';
    warnOnce('budget store', `the store of the budgets does not answer: ${goesOn}`, cause);
  }

  #keep(id: string, charges: readonly Charge[]): void {
    if (this.#waiting.size >= MAX_WAITING) {
      warnOnce('budget charges', 'the store of the budgets is away for too long: spending is forgotten');
      return;
    }
    this.#waiting.set(id, charges);
    this.#retry ??= setTimeout(() => void this.#tellWaiting(), REST_MS).unref();
  }

  /** Under the same ids: the store may have done it, and answered too late. */
  async #tellWaiting(): Promise<void> {
    this.#retry = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [id, charges] of waiting) await this.settle(id, charges);
  }
}

function nothingSpent(claim: Claim): Charge {
  return { ...claim, reserved: claim.amount, reservedIn: claim.period, spent: 0n, thresholds: [] };
}

const NO_ANSWER = 'the store of the budgets does not answer';
