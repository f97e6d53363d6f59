import { CACHE_SAVING } from '../../../src/rules/cache-savings.ts';
import { counter, LABEL } from '../../../src/rules/promql.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import {
  ALIVE,
  increase,
  OF_SOMEBODY,
  ofCalls,
  orNoName,
  rate,
  ratio,
  sum,
  sumBy,
  top,
} from './selectors.ts';

const COST = counter(METRIC.cost);
const INPUT = counter(METRIC.inputTokens);
const OUTPUT = counter(METRIC.outputTokens);
const cost = ofCalls(COST);

export const spend = sum(increase(cost));
export const spendBy = (label: string) => sumBy(label, increase(cost));
export const topSpend = (label: string, count = 10) => top(count, orNoName(label, spendBy(label)));
export const spendByUser = sumBy(LABEL.userId, increase(ofCalls(COST, OF_SOMEBODY)));

/** Dollars an hour. */
export const spendRateBy = (label: string) => orNoName(label, `${sumBy(label, rate(cost))} * 3600`);
/** Of those only who spent most in the time that is looked at. */
export const spendRateOfTop = (label: string, count = 10) => {
  const most = `topk(${count}, ${sumBy(label, `increase(${cost}[$__range] @ end())`)})`;
  return orNoName(label, `${sumBy(label, rate(cost))} * 3600 and on (${label}) ${most}`);
};

/** Looked at each 5 minutes, and now: an app may be new. */
const since = `min by (${LABEL.job}) (min_over_time(timestamp(${ALIVE})[2d:5m]) or timestamp(${ALIVE}))`;
/** Of the last day; where an app is metered for less than a day, as the time since then. */
const spendPerDay = `sum(${sumBy(LABEL.job, `increase(${cost}[1d])`)} / clamp((time() - ${since}) / 86400, 0.01, 1))`;
/** The range is the month so far, in the time zone of the dashboard: a day after its start it is this month in UTC too. */
const daysLeft = 'clamp_min(days_in_month(vector(time() - $__range_s + 86400)) - $__range_s / 86400, 0)';
export const monthForecast = `${spend} + ${spendPerDay} * ${daysLeft}`;

/** Most of what a team, model or user spends is theirs for long; who is new deserves a look. */
export function newSpenders(label: string, kind: string): string {
  const recent = `sum by (${label}) (increase(${ofCalls(COST, `${label}!=""`)}[1d])) > 0`;
  const before = `sum by (${label}) (last_over_time(${ofCalls(COST, `${label}!=""`)}[6d] offset 1d))`;
  const named = `label_replace(${recent} unless ${before}, "name", "$1", "${label}", "(.+)")`;
  return `sum by (kind, name) (label_replace(${named}, "kind", "${kind}", "", ""))`;
}

export const news = [
  newSpenders(LABEL.userId, 'user'),
  newSpenders(LABEL.requestModel, 'model'),
  newSpenders(LABEL.team, 'team'),
].join('\nor ');

const tokens = (wrap: (selector: string) => string, by?: string) => {
  const total = (metric: string) =>
    by === undefined ? sum(wrap(ofCalls(metric))) : sumBy(by, wrap(ofCalls(metric)));
  // Embeddings write nothing: without the second line they would have no sum.
  return `(${total(INPUT)} + ${total(OUTPUT)} or ${total(INPUT)})`;
};
export const allTokens = tokens(increase);
export const tokensBy = (label: string) => tokens(increase, label);
export const inputBy = (label: string) => sumBy(label, increase(ofCalls(INPUT)));
export const outputBy = (label: string) => sumBy(label, increase(ofCalls(OUTPUT)));

const perMinute = (metric: string) => `${sum(rate(ofCalls(metric)))} * 60`;
export const tokenRates = {
  input: perMinute(INPUT),
  cacheRead: perMinute(counter(METRIC.cacheReadTokens)),
  output: perMinute(OUTPUT),
  reasoning: perMinute(counter(METRIC.reasoningTokens)),
} as const;

export const costPerThousandTokensBy = (label: string) => ratio(`1000 * ${spendBy(label)}`, tokensBy(label));

export const cacheShareBy = (label: string) =>
  ratio(sumBy(label, increase(ofCalls(counter(METRIC.cacheReadTokens)))), inputBy(label));
export const cacheShareRateBy = (label: string) =>
  ratio(sumBy(label, rate(ofCalls(counter(METRIC.cacheReadTokens)))), sumBy(label, rate(ofCalls(INPUT))));
export const cacheShare = ratio(
  sum(increase(ofCalls(counter(METRIC.cacheReadTokens)))),
  sum(increase(ofCalls(INPUT))),
);

/** The list has prices of names without a date, or with `-latest`. */
const listed = (expr: string) =>
  `label_replace(${expr}, "listed", "$1", "${LABEL.requestModel}", ` +
  '"(.+?)(-latest|-20[0-9]{2}-?[0-9]{2}-?[0-9]{2})?")';
const savedBy = (wrap: (selector: string) => string) => {
  const read = sumBy(LABEL.requestModel, wrap(ofCalls(counter(METRIC.cacheReadTokens))));
  return `${listed(read)} * on (listed) group_left () max by (listed) (${listed(CACHE_SAVING)})`;
};
export const savedByCacheBy = (label: typeof LABEL.requestModel) => sumBy(label, savedBy(increase));
export const savedByCache = sum(savedBy(increase));
