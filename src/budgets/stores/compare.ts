import type { Amount } from '../amounts.ts';

/** Of several budgets that a call does not fit, the one with the least left of it is the reason. */
export function shareLeft(limit: Amount, used: Amount): number {
  return limit === 0n ? Number.NEGATIVE_INFINITY : Number(limit - used) / Number(limit);
}

/** How many of these thresholds, which ascend, a sum has reached. */
export function reachedBy(sum: Amount, thresholds: readonly Amount[]): number {
  let count = 0;
  while (count < thresholds.length && sum >= (thresholds[count] as Amount)) count++;
  return count;
}
