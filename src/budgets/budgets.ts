import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import { BudgetExceededError } from '../errors.ts';
import { numberOf } from './amounts.ts';
import { ActiveBudget, type Spend } from './budget.ts';
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

/** What calls of a kind cost, as a share of the most they could have cost. */
const FIRST_SHARE = 0.5;
const WEIGHT_OF_NEWEST = 0.1;
const MAX_KINDS = 1000;

const NOTHING: Spend = { picoUsd: 0n, tokens: 0, requests: 0 };

interface Part {
  readonly budget: ActiveBudget;
  readonly claim: Claim;
}

/** All budgets of a meter: asked before each call, and told after it. */
export class Budgets {
  readonly #store: SteadyStore;
  readonly #events: BudgetEvents;
  readonly #reservationMs: number;
  readonly #now: () => number;
  readonly #shares = new Map<string, number>();
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
      this.#store.rearm(budget.name, period, (key, spent) => {
        return budget.thresholdAmounts(key).filter((amount) => spent >= amount).length;
      });
    }
  }

  /**
   * Asks whether a call may be made, and sets aside the most that it can cost. Undefined when no budget is
   * concerned. Immediate where the store is.
   */
  admit(subject: Subject, most: () => Spend): Admission | undefined | Promise<Admission> {
    const concerned = this.#active.filter((budget) => budget.matches(subject));
    if (concerned.length === 0) return undefined;
    const spend = most();
    const time = this.#now();
    const parts: Part[] = [];
    for (const budget of concerned) {
      const part = this.#partOf(budget, subject, spend, time);
      if (part instanceof BudgetExceededError) return this.#refused(part);
      parts.push(part);
    }
    const id = `${this.#idPrefix}${++this.#lastId}`;
    const claims = parts.map(({ claim }) => claim);
    const refusal = this.#store.reserve(id, claims, time + this.#reservationMs);
    const decide = (refused: Refusal): Admission => {
      if (refused === undefined) return this.#reservation(id, parts, spend, subject);
      const { budget, claim } = parts[refused.index] as Part;
      return this.#refused(exceeded(budget, claim, refused));
    };
    return refusal instanceof Promise ? refusal.then(decide) : decide(refusal);
  }

  /** A call that was not asked for, because nobody could: a retrieved result, an answer of a session. */
  charge(subject: Subject, spend: Spend): void {
    const parts = this.#active
      .filter((budget) => budget.matches(subject))
      .map((budget) => this.#partOf(budget, subject, NOTHING, this.#now()))
      .filter((part): part is Part => !(part instanceof BudgetExceededError));
    if (parts.length > 0) this.#settle(`${this.#idPrefix}${++this.#lastId}`, parts, spend);
  }

  /** How much is left of each budget that concerns a subject, or of all that have a scope of these values. */
  async status(subject: Subject): Promise<BudgetStatus[]> {
    const time = this.#now();
    const asked = this.#active
      .filter((budget) => isAbout(budget, subject))
      .map((budget) => ({ budget, key: budget.keyOf(subject), ...budget.periodAt(time) }));
    const accounts = asked.map(({ budget, key, counted }) => ({ budget: budget.name, scope: key, counted }));
    const sums = await this.#store.read(accounts);
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

  #partOf(budget: ActiveBudget, subject: Subject, spend: Spend, time: number): Part | BudgetExceededError {
    const key = budget.keyOf(subject);
    const { period, counted } = budget.periodAt(time);
    const most = budget.amountOf(spend);
    const limit = budget.limitOf(key);
    const claim: Claim = {
      budget: budget.name,
      scope: key,
      period,
      counted,
      amount: most === undefined ? 0n : this.#toReserve(budget, subject, most),
      limit: budget.blocks ? limit : undefined,
    };
    if (most === undefined && limit !== undefined) {
      if (budget.blocks && budget.declared.unpriced === 'block') {
        return exceeded(budget, claim, {
          spent: 0n,
          reserved: 0n,
          why: 'the price of the call is not known',
        });
      }
      this.#events.unpriced(budget.name);
    }
    return { budget, claim };
  }

  #toReserve(budget: ActiveBudget, subject: Subject, most: bigint): bigint {
    if (!budget.blocks) return 0n;
    if (budget.declared.reserve !== 'average' || budget.unit === 'requests') return most;
    const share = this.#shares.get(kindOf(budget, subject)) ?? FIRST_SHARE;
    return (most * BigInt(Math.round(share * 1e6))) / 1_000_000n;
  }

  #reservation(id: string, parts: readonly Part[], most: Spend, subject: Subject): Reservation {
    let isSettled = false;
    return {
      settle: (spend) => {
        if (isSettled) return;
        isSettled = true;
        for (const { budget } of parts) this.#learn(budget, subject, most, spend);
        this.#settle(id, parts, spend);
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

  #settle(id: string, parts: readonly Part[], spend: Spend): void {
    const charges = parts.map(({ budget, claim }): Charge => {
      return {
        budget: claim.budget,
        scope: claim.scope,
        period: claim.period,
        counted: claim.counted,
        reserved: claim.amount,
        spent: budget.amountOf(spend) ?? 0n,
        thresholds: budget.thresholdAmounts(claim.scope),
      };
    });
    const told = this.#store.settle(id, charges);
    const tell = (all: readonly Charged[]) => {
      for (const [index, charged] of all.entries()) this.#tell(parts[index] as Part, charged);
    };
    if (told instanceof Promise) told.then(tell);
    else tell(told);
  }

  #tell({ budget, claim }: Part, { crossed, spent }: Charged): void {
    const limit = budget.limitOf(claim.scope);
    if (limit === undefined) return;
    for (const index of crossed) {
      this.#events.crossed({
        budget: budget.name,
        scope: budget.scopeOf(claim.scope),
        threshold: budget.thresholds[index] as number,
        unit: budget.unit,
        limit: numberOf(budget.unit, limit),
        spent: numberOf(budget.unit, spent),
        resetsAt: new Date(claim.period.until),
      });
    }
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
