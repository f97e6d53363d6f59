import type { Cost, CostClass, Unpriced } from './types.ts';

const SECONDS_PER_MINUTE = 60n;
/** Names of tools, tiers and sizes can be the app's or its users': a reason has an end. */
export const LONGEST_REASON = 80;

/** Adds up one call. The first class that has no rate makes the whole call unpriced. */
export class Bill {
  #picoUsd = 0n;
  #byClass: Partial<Record<CostClass, bigint>> = {};
  #reason: string | undefined;

  /** Units are safe integers; a negative number of them means that parts exceed their whole. */
  charge(costClass: CostClass, units: number, rate: number | undefined): void {
    if (!this.#isChargeable(costClass, units, rate)) return;
    const product = units * rate;
    this.#add(costClass, Number.isSafeInteger(product) ? BigInt(product) : BigInt(units) * BigInt(rate));
  }

  /** The one amount that can have a remainder: rounded once, half up, to a whole pico-dollar. */
  chargeSeconds(costClass: CostClass, seconds: number, ratePerMinute: number | undefined): void {
    if (!this.#isChargeable(costClass, seconds, ratePerMinute)) return;
    const { numerator, denominator } = fractionOf(seconds);
    const divisor = denominator * SECONDS_PER_MINUTE;
    this.#add(costClass, (2n * numerator * BigInt(ratePerMinute) + divisor) / (2n * divisor));
  }

  refuse(reason: string): void {
    this.#reason ??= reason.slice(0, LONGEST_REASON);
  }

  result(): Cost | Unpriced {
    return this.#reason === undefined
      ? { picoUsd: this.#picoUsd, byClass: this.#byClass }
      : { reason: this.#reason };
  }

  #isChargeable(costClass: CostClass, units: number, rate: number | undefined): rate is number {
    if (units === 0) return false;
    if (units > 0 && rate !== undefined) return true;
    this.refuse(`${units > 0 ? 'no_rate' : 'bad_count'}:${costClass}`);
    return false;
  }

  #add(costClass: CostClass, picoUsd: bigint): void {
    this.#picoUsd += picoUsd;
    const before = this.#byClass[costClass];
    this.#byClass[costClass] = before === undefined ? picoUsd : before + picoUsd;
  }
}

/** The decimal that is written for a number: 7.43 is 743/100, though no binary fraction is. */
function fractionOf(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  const [digits = '', power = ''] = value.toExponential().split('e');
  const [whole = '', decimals = ''] = digits.split('.');
  const exponent = Number(power) - decimals.length;
  const scale = 10n ** BigInt(Math.abs(exponent));
  const numerator = BigInt(whole + decimals);
  return exponent < 0 ? { numerator, denominator: scale } : { numerator: numerator * scale, denominator: 1n };
}
