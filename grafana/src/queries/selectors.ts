import { OTHER } from '../../../src/label.ts';
import { gauge, LABEL } from '../../../src/rules/promql.ts';
import { METRIC } from '../../../src/telemetry/names.ts';

/** What the variables of the dashboards choose. All is `.*`, and with it what has no such label. */
const matches = (label: string, variable: string) => `${label}=~"$${variable}"`;

const OF_METER = [matches(LABEL.job, 'job')];
const OF_WHAT = [...OF_METER, matches(LABEL.provider, 'provider'), matches(LABEL.requestModel, 'model')];
const OF_WHO = [matches(LABEL.team, 'team'), matches(LABEL.userId, 'user')];
/** Alerts, and budgets that Prometheus keeps, can be of all apps: they have no job, and always show. */
const OF_JOB_OR_NONE = `${LABEL.job}=~"$job|"`;

const braced = (matchers: readonly string[], more: readonly string[]) =>
  `{${[...matchers, ...more].join(', ')}}`;

/** For counters of who and what. */
export const ofCalls = (metric: string, ...more: string[]): string =>
  metric + braced([...OF_WHAT, ...OF_WHO], more);
/** For histograms and counters that know no user. */
export const ofModels = (metric: string, ...more: string[]): string => metric + braced(OF_WHAT, more);
/** For metrics of an app as a whole. */
export const ofMeter = (metric: string, ...more: string[]): string => metric + braced(OF_METER, more);
export const ofAlerts = (metric: string, ...more: string[]): string =>
  metric + braced([OF_JOB_OR_NONE], more);
/** For recorded budgets, and what is counted by their scopes, on dashboards that choose no budget. */
export const ofScopes = (metric: string, ...more: string[]): string =>
  metric + braced([OF_JOB_OR_NONE, ...OF_WHO], more);
const OF_BUDGET = matches(LABEL.budget, 'budget');
export const ofBudgets = (metric: string, ...more: string[]): string => ofScopes(metric, OF_BUDGET, ...more);

/** Neither calls for nobody, nor what users beyond the meter's cap share. */
export const OF_SOMEBODY = `${LABEL.userId}!~"|${OTHER}"`;
export const ALIVE = ofMeter(gauge(METRIC.priceTable));

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

const withText = (label: string, text: string, expr: string, where = '') =>
  `label_replace(${expr}, "${label}", "${text}", "${where}", "")`;
/** A name for what has none: calls for no user, of no team. */
export const orNoName = (label: string, expr: string): string => withText(label, '(none)', expr, label);
/** A line at 0 where nothing of the kind was counted, as long as an app is metered. */
export const orNone = (label: string, expr: string): string =>
  `${expr} or on () ${withText(label, 'none', `0 * group(${ALIVE})`)}`;
