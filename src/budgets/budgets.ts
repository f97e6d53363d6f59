import { randomUUID } from 'node:crypto';
import timers from 'node:timers';
import type { Attributes } from '@opentelemetry/api';
import { BudgetExceededError, TokenmeterError } from '../errors.ts';
import { numberOf } from './amounts.ts';
import { ActiveBudget, NOTHING_SPENT, type Spend } from './budget.ts';
import type { Subject } from './match.ts';
import type { SteadyStore } from './steady-store.ts';
import type { Charge, Charged, Claim, Refusal, Sums } from './stores/types.ts';
import type { Budget, BudgetStatus, Scope, ThresholdEvent } from './types.ts';

/** What is set aside for a call that is under way. Settled once, whatever becomes of the call. */
export interface Reservation {
  settle(spend: Spend): void;
}

/** A budget has no room for a call. */
export interface Refused {
  readonly error: BudgetExceededError;
  /** How metrics show whose budget it is. */
  readonly labels: Attributes;
}

export type Admission = Reservation | Refused;

/** Whoever wants to know. */
export interface BudgetEvents {
  crossed(event: ThresholdEvent): void;
  /** A call without a price passed a budget in dollars. */
  unpriced(budget: string): void;
  /** How a scope is shown on metrics. */
  labels(budget: string, scope: Scope): Attributes | undefined;
}

interface Options {
  readonly budgets: readonly Budget[];
  readonly store: SteadyStore;
  readonly events: BudgetEvents;
  readonly reservationSeconds: number;
  now?(): number;
}

// Node's own: an app's tests may replace the timers.
const { setInterval, clearInterval } = timers;

/** What calls of a kind cost, as a share of the most they could have cost. */
const FIRST_SHARE = 0.5;
const WEIGHT_OF_NEWEST = 0.1;
const MAX_KINDS = 1000;
const MAX_TOLD = 10_000;

const UNKNOWN = { spent: 0n, reserved: 0n, why: 'the price of the call is not known' };

/** A call, and what it claims of each budget that it concerns. */
interface Asked {
  readonly id: string;
  readonly subject: Subject;
  readonly budgets: readonly ActiveBudget[];
  readonly claims: readonly Claim[];
  readonly most: Spend;
}

/** All budgets of a meter: asked before each call, and told after it. */
export class Budgets {
  readonly #store: SteadyStore;
  readonly #events: BudgetEvents;
  readonly #reservationMs: number;
  readonly #now: () => number;
  readonly #shares = new Map<string, number>();
  /** Thresholds of moving windows, by when they may be told of again. */
  readonly #toldUntil = new Map<string, number>();
  /** Ids are this and a number: unique among all processes that share a store. */
  readonly #idPrefix = `${randomUUID()}:`;
  #lastId = 0;
  #active: readonly ActiveBudget[];

  constructor({ budgets, store, events, reservationSeconds, now = Date.now }: Options) {
    this.#active = budgets.map((budget) => new ActiveBudget(budget));
    this.#store = store;
    this.#events = events;
    this.#reservationMs = reservationSeconds * 1000;
    this.#now = now;
  }

  get active(): readonly ActiveBudget[] {
    return this.#active;
  }

  /** Other budgets from now on. What was spent under a name that stays counts for the new one. */
  replace(budgets: readonly Budget[]): void {
    this.#active = budgets.map((budget) => new ActiveBudget(budget));
    for (const budget of this.#active) {
      const { period } = budget.periodAt(this.#now());
      if (budget.isMoving) continue;
      this.#store.rearm(budget.account, period, (key) => budget.thresholdAmounts(key));
    }
  }

  /**
   * Asks whether a call may be made, and sets aside the most that it can cost. Undefined when no budget is
   * concerned. Immediate where the store is.
   */
  admit(subject: Subject, most: () => Spend): Admission | undefined | Promise<Admission> {
    const time = this.#now();
    const budgets: ActiveBudget[] = [];
    const claims: Claim[] = [];
    let spend: Spend | undefined;
    for (const budget of this.#active) {
      if (!budget.matches(subject)) continue;
      spend ??= most();
      const claim = this.#claim(budget, subject, spend, time);
      if (budget.blocksUnknown && claim.limit !== undefined && budget.amountOf(spend) === undefined) {
        return this.#refused(exceeded(budget, claim, UNKNOWN));
      }
      budgets.push(budget);
      claims.push(claim);
    }
    if (spend === undefined) return undefined;
    const asked = { id: `${this.#idPrefix}${++this.#lastId}`, subject, budgets, claims, most: spend };
    const refusal = this.#store.reserve(asked.id, claims, this.#reservationMs);
    return refusal instanceof Promise
      ? refusal.then((refused) => this.#decide(asked, refused))
      : this.#decide(asked, refusal);
  }

  #decide(asked: Asked, refused: Refusal): Admission {
    if (refused === undefined) return this.#reservation(asked);
    const { budgets, claims } = asked;
    const { index } = refused;
    return this.#refused(exceeded(budgets[index] as ActiveBudget, claims[index] as Claim, refused));
  }

  /** A call that was not asked for, because nobody could: a retrieved result, an answer of a session. */
  charge(subject: Subject, spend: Spend): void {
    const time = this.#now();
    const budgets = this.#active.filter((budget) => budget.matches(subject));
    if (budgets.length === 0) return;
    const claims = budgets.map((budget) => this.#claim(budget, subject, NOTHING_SPENT, time));
    this.#settle(
      { id: `${this.#idPrefix}${++this.#lastId}`, subject, budgets, claims, most: NOTHING_SPENT },
      spend,
    );
  }

  /** How much is left of each budget that concerns a subject, or of all that have a scope of these values. */
  async status(subject: Subject): Promise<BudgetStatus[]> {
    const time = this.#now();
    const asked = this.#active
      .filter((budget) => isAbout(budget, subject))
      .map((budget) => ({ budget, key: budget.keyOf(subject), ...budget.periodAt(time) }));
    const accounts = asked.map(({ budget, key, counted }) => ({
      budget: budget.account,
      scope: key,
      counted,
    }));
    const sums = await this.#store.read(accounts);
    if (sums === undefined) throw new TokenmeterError('the store of the budgets does not answer');
    return asked.map(({ budget, key, period }, index) => {
      const { spent = 0n, reserved = 0n } = sums[index] ?? {};
      const limit = budget.limitOf(key);
      const left = limit === undefined ? undefined : limit - spent - reserved;
      const number = (amount: bigint) => numberOf(budget.unit, amount);
      return {
        budget: budget.name,
        scope: budget.scopeOf(key),
        unit: budget.unit,
        limit: limit === undefined ? null : number(limit),
        spent: number(spent),
        reserved: number(reserved),
        remaining: left === undefined ? null : number(left > 0n ? left : 0n),
        resetsAt: new Date(period.until).toISOString(),
        action: budget.blocks ? 'block' : 'alert',
      };
    });
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #refused(error: BudgetExceededError): Refused {
    const { budget, scope } = error;
    return { error, labels: this.#events.labels(budget, scope) ?? { budget } };
  }

  #claim(budget: ActiveBudget, subject: Subject, spend: Spend, time: number): Claim {
    const key = budget.keyOf(subject);
    const { held, counted } = budget.periodAt(time);
    const most = budget.amountOf(spend);
    return {
      budget: budget.account,
      scope: key,
      period: held,
      counted,
      amount: most === undefined ? 0n : this.#toReserve(budget, subject, most),
      limit: budget.blocks ? budget.limitOf(key) : undefined,
    };
  }

  #toReserve(budget: ActiveBudget, subject: Subject, most: bigint): bigint {
    if (!budget.blocks) return 0n;
    if (budget.declared.reserve !== 'average' || budget.unit === 'requests') return most;
    const share = this.#shares.get(kindOf(budget, subject)) ?? FIRST_SHARE;
    return (most * BigInt(Math.round(share * 1e6))) / 1_000_000n;
  }

  #reservation(asked: Asked): Reservation {
    let isSettled = false;
    // What others see must not expire while the call is under way.
    const renewal = this.#store.isShared
      ? setInterval(
          () => this.#store.renew(asked.id, asked.claims, this.#reservationMs),
          this.#reservationMs / 3,
        )
      : undefined;
    renewal?.unref();
    return {
      settle: (spend) => {
        if (isSettled) return;
        isSettled = true;
        clearInterval(renewal);
        for (const budget of asked.budgets) this.#learn(budget, asked.subject, asked.most, spend);
        this.#settle(asked, spend);
      },
    };
  }

  #learn(budget: ActiveBudget, subject: Subject, most: Spend, spend: Spend): void {
    if (budget.declared.reserve !== 'average') return;
    const [expected, real] = [budget.amountOf(most), budget.amountOf(spend)];
    if (!expected || real === undefined) return;
    const kind = kindOf(budget, subject);
    const before = this.#shares.get(kind) ?? FIRST_SHARE;
    const share = Number(real) / Number(expected);
    if (this.#shares.size < MAX_KINDS || this.#shares.has(kind)) {
      this.#shares.set(kind, before + (share - before) * WEIGHT_OF_NEWEST);
    }
  }

  #settle({ id, budgets, claims }: Asked, spend: Spend): void {
    const time = this.#now();
    const charges = claims.map((claim, index): Charge => {
      const budget = budgets[index] as ActiveBudget;
      const { scope, amount } = claim;
      // What a moving window has spent leaves it a window after it was spent; a calendar's is of when the call began.
      const { period, counted } = budget.isMoving ? budget.periodAt(time) : claim;
      return {
        budget: claim.budget,
        scope,
        period,
        counted,
        reserved: amount,
        reservedIn: claim.period,
        spent: this.#spent(budget, spend, amount),
        thresholds: budget.thresholdAmounts(scope),
      };
    });
    const told = this.#store.settle(id, charges);
    const tell = (all: readonly Charged[]) => {
      for (const [index, charged] of all.entries()) {
        this.#tell(budgets[index] as ActiveBudget, charges[index] as Charge, charged);
      }
    };
    if (told instanceof Promise) told.then(tell);
    else tell(told);
  }

  /** What nobody knows is taken for all that was set aside where it must not pass, and is counted where it may. */
  #spent(budget: ActiveBudget, spend: Spend, reserved: bigint): bigint {
    const spent = budget.amountOf(spend);
    if (spent !== undefined) return spent;
    this.#events.unpriced(budget.name);
    return budget.declared.unpriced === 'block' ? reserved : 0n;
  }

  #tell(budget: ActiveBudget, { scope, period, spent: last, thresholds }: Charge, charged: Charged): void {
    const { spent } = charged;
    const limit = budget.limitOf(scope);
    if (limit === undefined) return;
    // The sums of a moving window fall: what counts is that this charge has lifted them over the threshold.
    const crossed = budget.isMoving
      ? thresholds.flatMap((amount, index) => (spent >= amount && spent - last < amount ? [index] : []))
      : charged.crossed;
    for (const index of crossed) {
      if (budget.isMoving && !this.#isNews(budget, scope, index)) continue;
      this.#events.crossed({
        budget: budget.name,
        scope: budget.scopeOf(scope),
        threshold: budget.thresholds[index] as number,
        unit: budget.unit,
        limit: numberOf(budget.unit, limit),
        spent: numberOf(budget.unit, spent),
        resetsAt: new Date(period.until),
      });
    }
  }

  /** Once in the length of a window, however often its sum comes and goes. */
  #isNews(budget: ActiveBudget, scope: string, index: number): boolean {
    const time = this.#now();
    const key = `${budget.account} ${index} ${scope}`;
    if ((this.#toldUntil.get(key) ?? 0) > time) return false;
    if (this.#toldUntil.size >= MAX_TOLD) this.#toldUntil.clear();
    this.#toldUntil.set(key, time + budget.periodSeconds * 1000);
    return true;
  }
}

/** A question about a user is about the budgets of each user, and about those that users share. */
function isAbout(budget: ActiveBudget, subject: Subject): boolean {
  return budget.per.every((part) => subject[part] !== undefined) && budget.matches(subject, true);
}

function kindOf(budget: ActiveBudget, { model = '' }: Subject): string {
  return `${budget.unit} ${model}`;
}

function exceeded(
  budget: ActiveBudget,
  { scope, limit = 0n, amount, period }: Claim,
  { spent, reserved, why }: Sums & { readonly why?: string | undefined },
): BudgetExceededError {
  return new BudgetExceededError({
    budget: budget.name,
    scope: budget.scopeOf(scope),
    unit: budget.unit,
    limit: numberOf(budget.unit, limit),
    spent: numberOf(budget.unit, spent),
    reserved: numberOf(budget.unit, reserved),
    requested: numberOf(budget.unit, amount),
    resetsAt: new Date(period.until),
    why,
  });
}
