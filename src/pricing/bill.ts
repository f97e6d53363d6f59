import type { Cost, CostClass, Unpriced } from './types.ts';

/** Adds up one call. The first class that has no rate makes the whole call unpriced. */
export class Bill {
  #picoUsd = 0n;
  #byClass: Partial<Record<CostClass, bigint>> = {};
  #reason: string | undefined;

  /** Units are safe integers; a negative number of them means that parts exceed their whole. */
  charge(costClass: CostClass, units: number, rate: number | undefined): void {
    if (units === 0) return;
    if (units < 0 || rate === undefined) {
      this.refuse(`${units < 0 ? 'bad_count' : 'no_rate'}:${costClass}`);
      return;
    }
    const product = units * rate;
    const picoUsd = Number.isSafeInteger(product) ? BigInt(product) : BigInt(units) * BigInt(rate);
    this.#picoUsd += picoUsd;
    this.#byClass[costClass] = (this.#byClass[costClass] ?? 0n) + picoUsd;
  }

  refuse(reason: string): void {
    this.#reason ??= reason;
  }

  result(): Cost | Unpriced {
    return this.#reason === undefined
      ? { picoUsd: this.#picoUsd, byClass: this.#byClass }
      : { reason: this.#reason };
  }
}
