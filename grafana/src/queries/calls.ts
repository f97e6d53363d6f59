import { counter, gauge, LABEL } from '../../../src/rules/promql.ts';
import { type InstrumentName, METRIC } from '../../../src/telemetry/names.ts';
import { increase, ofCalls, ofModels, orZero, rate, ratio, sum, sumBy } from './selectors.ts';
import { spendBy } from './spend.ts';

const REQUESTS = counter(METRIC.requests);
const FAILED = `${LABEL.outcome}="error"`;

export const calls = sum(increase(ofCalls(REQUESTS)));
export const callsBy = (label: string) => sumBy(label, increase(ofCalls(REQUESTS)));
export const callRateBy = (label: string) => `${sumBy(label, rate(ofCalls(REQUESTS)))} * 60`;

export const errorRatio = ratio(orZeroIn(sum(increase(ofCalls(REQUESTS, FAILED)))), calls);
export const errorRatioBy = (label: string) =>
  ratio(`(${sumBy(label, increase(ofCalls(REQUESTS, FAILED)))} or ${callsBy(label)} * 0)`, callsBy(label));
export const errorRatioRateBy = (label: string) =>
  ratio(sumBy(label, rate(ofCalls(REQUESTS, FAILED))), sumBy(label, rate(ofCalls(REQUESTS))));

export const costPerCallBy = (label: string) => ratio(spendBy(label), callsBy(label));

const active = `${sumBy(LABEL.userId, increase(ofCalls(REQUESTS, `${LABEL.userId}!=""`)))} > 0`;
export const activeUsers = `count(${active})`;
export const activeUsersByTeam =
  `count by (${LABEL.team}) (sum by (${LABEL.team}, ${LABEL.userId}) (` +
  `${rate(ofCalls(REQUESTS, `${LABEL.userId}!=""`))}) > 0)`;

/** Requested and served names; a date or another model behind an alias shows. */
export const servedModels = sumBy(
  [LABEL.provider, LABEL.requestModel, LABEL.responseModel],
  increase(ofCalls(REQUESTS, `${LABEL.responseModel}!=""`)),
);

const bucketOf = (metric: InstrumentName) => ofModels(`${gauge(metric)}_bucket`);
/** Without calls a quantile is NaN, which the comparison leaves out. */
export const quantile = (of: number, metric: InstrumentName, by: readonly string[] = []) =>
  `histogram_quantile(${of}, ${sumBy([...by, 'le'], rate(bucketOf(metric)))}) >= 0`;
export const quantileInRange = (of: number, metric: InstrumentName, by: readonly string[] = []) =>
  `histogram_quantile(${of}, ${sumBy([...by, 'le'], increase(bucketOf(metric)))}) >= 0`;

const FINISHED = `${gauge(METRIC.duration)}_count`;
const RATE_LIMITED = `${LABEL.errorType}="429"`;
export const errorTypes = `${sumBy(LABEL.errorType, rate(ofModels(FINISHED, `${LABEL.errorType}!=""`)))} * 60`;
export const rateLimited = orZero(sum(increase(ofModels(FINISHED, RATE_LIMITED))));
export const rateLimitedRatioBy = (label: string) =>
  ratio(sumBy(label, rate(ofModels(FINISHED, RATE_LIMITED))), sumBy(label, rate(ofModels(FINISHED))));

function orZeroIn(expr: string): string {
  return `(${orZero(expr)})`;
}
