import { LABEL } from '../../../src/rules/promql.ts';

/** What the variables of the dashboards choose. All is `.*`, and with it what has no such label. */
const matches = (label: string, variable: string) => `${label}=~"$${variable}"`;

const OF_METER = [matches(LABEL.job, 'job')];
const OF_WHAT = [...OF_METER, matches(LABEL.provider, 'provider'), matches(LABEL.requestModel, 'model')];
const OF_WHO = [matches(LABEL.team, 'team'), matches(LABEL.userId, 'user')];

const braced = (matchers: readonly string[], more: readonly string[]) =>
  `{${[...matchers, ...more].join(', ')}}`;

/** For counters of who and what. */
export const ofCalls = (metric: string, ...more: string[]): string =>
  metric + braced([...OF_WHAT, ...OF_WHO], more);
/** For histograms and counters that know no user. */
export const ofModels = (metric: string, ...more: string[]): string => metric + braced(OF_WHAT, more);
/** For metrics of an app as a whole. */
export const ofMeter = (metric: string, ...more: string[]): string => metric + braced(OF_METER, more);
/** For recorded budgets; those that Prometheus keeps have no job. */
export const ofBudgets = (metric: string, ...more: string[]): string =>
  metric + braced([...OF_METER, matches(LABEL.budget, 'budget'), ...OF_WHO], more);

/** The lines of a panel over time. */
export const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`;
/** One number for the time that is looked at. */
export const increase = (selector: string): string => `increase(${selector}[$__range])`;

export const sum = (expr: string): string => `sum(${expr})`;
export const sumBy = (labels: string | readonly string[], expr: string): string =>
  `sum by (${[labels].flat().join(', ')}) (${expr})`;
/** Nothing, rather than NaN or +Inf, where the whole is 0. */
export const ratio = (part: string, whole: string): string => `${part} / (${whole} > 0)`;
export const orZero = (expr: string): string => `${expr} or vector(0)`;
/** Greatest first. */
export const top = (count: number, expr: string): string => `sort_desc(topk(${count}, ${expr} > 0))`;
