import { atLeast, BUDGET, BUDGET_KEY, counter, LABEL, UNIT } from '../../../src/rules/promql.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import { increase, ofBudgets, ofMeter, ofScopes, orNone, orZero, rate, sum, sumBy } from './selectors.ts';

export const mostUsedOfAll = `max(${ofScopes(BUDGET.used)})`;

export const used = ofBudgets(BUDGET.used);
export const mostUsed = `max(${used})`;
export const budgetsOver = (share: number) => orZero(`count(${used} ${atLeast(share)})`);
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

const BLOCKED = ofBudgets(counter(METRIC.budgetBlocked));
export const blocked = orZero(sum(increase(BLOCKED)));
export const blockedRate = orNone(LABEL.budget, `${sumBy(BUDGET_KEY, rate(BLOCKED))} * 60`);

/** Has a budget, and no scope. */
const UNPRICED = ofMeter(counter(METRIC.budgetUnpriced), `${LABEL.budget}=~"$budget"`);
export const unpriced = orZero(sum(increase(UNPRICED)));
export const unpricedRate = orNone(LABEL.budget, `${sumBy([LABEL.job, LABEL.budget], rate(UNPRICED))} * 60`);

export const storeFailures = orZero(sum(increase(ofMeter(counter(METRIC.budgetStoreFailures)))));
