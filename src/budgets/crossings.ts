import { numberOf } from './amounts.ts';
import type { ActiveBudget } from './budget.ts';
import type { Charge, Charged } from './stores/types.ts';
import type { ThresholdEvent } from './types.ts';

/** Of moving windows, in this process. */
const MAX_TOLD = 10_000;

/** Tells of thresholds that a charge has crossed. */
export class Crossings {
  readonly #crossed: (event: ThresholdEvent) => void;
  readonly #now: () => number;
  /** Thresholds of moving windows, by when they may be told of again. */
  readonly #toldUntil = new Map<string, number>();

  constructor(crossed: (event: ThresholdEvent) => void, now: () => number) {
    this.#crossed = crossed;
    this.#now = now;
  }

  tell(budget: ActiveBudget, charge: Charge, { spent, crossed }: Charged): void {
    const { scope, period } = charge;
    const limit = budget.limitOf(scope);
    if (limit === undefined) return;
    for (const index of budget.isMoving ? this.#news(budget, charge, spent) : crossed) {
      this.#crossed({
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

  /**
   * The sums of a moving window fall: what counts is that this charge has lifted them over the threshold, and that
   * nobody was told of it in the length of the window.
   */
  #news(budget: ActiveBudget, { scope, spent: last, thresholds }: Charge, spent: bigint): number[] {
    const time = this.#now();
    return thresholds.flatMap((amount, index) => {
      if (spent < amount || spent - last >= amount) return [];
      // By its amount: of a limit that was raised it is another one.
      const key = `${budget.account} ${amount} ${scope}`;
      if ((this.#toldUntil.get(key) ?? 0) > time) return [];
      if (this.#toldUntil.size >= MAX_TOLD) this.#toldUntil.clear();
      this.#toldUntil.set(key, time + budget.periodSeconds * 1000);
      return [index];
    });
  }
}
