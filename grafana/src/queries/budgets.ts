import { BUDGET, BUDGET_KEY, counter, LABEL, UNIT } from '../../../src/rules/promql.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import { increase, ofBudgets, ofMeter, orZero, rate } from './selectors.ts';

export const used = ofBudgets(BUDGET.used);
export const mostUsed = `max(${used})`;
export const budgetsOver = (share: number) => orZero(`count(${used} >= ${share})`);
/** Over time only those that are fullest now: a budget per user has as many lines as users. */
const ofFullest = (series: string) =>
  `${series} and on (${BUDGET_KEY}, ${LABEL.unit}) topk(10, ${used} @ end())`;
export const usedOverTime = ofFullest(used);
export const forecast = ofFullest(ofBudgets(BUDGET.forecast));
export const burn = ofFullest(ofBudgets(BUDGET.burn1h));

const inDollars = `${LABEL.unit}="${UNIT.usd}"`;
const inCounts = `${LABEL.unit}!="${UNIT.usd}"`;
const numbersOf = (which: string) => {
  const [spent, limit] = [ofBudgets(BUDGET.spent, which), ofBudgets(BUDGET.limit, which)];
  return {
    spent,
    limit,
    remaining: `clamp_min(${limit} - ${spent}, 0)`,
    used: ofBudgets(BUDGET.used, which),
    burn: ofBudgets(BUDGET.burn1h, which),
    forecast: ofBudgets(BUDGET.forecast, which),
    secondsLeft: ofBudgets(BUDGET.secondsLeft, which),
    reset: `${spent} * 0 + on (${BUDGET_KEY}) group_left () clamp_min(${ofBudgets(BUDGET.reset)} - time(), 0)`,
  };
};
export const dollarBudgets = numbersOf(inDollars);
export const countBudgets = numbersOf(inCounts);

const BLOCKED = counter(METRIC.budgetBlocked);
export const blocked = orZero(`sum(${increase(ofMeter(BLOCKED))})`);
export const blockedRate = `sum by (${LABEL.budget}) (${rate(ofMeter(BLOCKED))}) * 60`;
