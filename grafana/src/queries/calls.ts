import { counter, gauge, LABEL } from '../../../src/rules/promql.ts';
import { type InstrumentName, METRIC } from '../../../src/telemetry/names.ts';
import {
  increase,
  OF_SOMEBODY,
  ofCalls,
  ofModels,
  orNoName,
  orNone,
  orZero,
  rate,
  ratio,
  sum,
  sumBy,
} from './selectors.ts';
import { spend, spendBy } from './spend.ts';

const REQUESTS = counter(METRIC.requests);
const FAILED = `${LABEL.outcome}="error"`;
const BLOCKED = `${LABEL.outcome}="blocked"`;
/** Refused calls were never made: beside them failures would look rare. */
export const MADE = `${LABEL.outcome}!="blocked"`;

export const calls = sum(increase(ofCalls(REQUESTS, MADE)));
export const callsBy = (label: string) => sumBy(label, increase(ofCalls(REQUESTS, MADE)));
export const outcomeRates = `${sumBy(LABEL.outcome, rate(ofCalls(REQUESTS)))} * 60`;

export const blocked = orZero(sum(increase(ofCalls(REQUESTS, BLOCKED))));
export const blockedBy = (label: string) =>
  `${sumBy(label, increase(ofCalls(REQUESTS, BLOCKED)))} or ${callsBy(label)} * 0`;

export const errorRatio = ratio(`(${orZero(sum(increase(ofCalls(REQUESTS, FAILED))))})`, calls);
export const errorRatioBy = (label: string) =>
  ratio(`(${sumBy(label, increase(ofCalls(REQUESTS, FAILED)))} or ${callsBy(label)} * 0)`, callsBy(label));
export const errorRatioRateBy = (label: string) =>
  orNone(
    label,
    ratio(sumBy(label, rate(ofCalls(REQUESTS, FAILED))), sumBy(label, rate(ofCalls(REQUESTS, MADE)))),
  );

export const costPerCall = ratio(spend, calls);
export const costPerCallBy = (label: string) => ratio(spendBy(label), callsBy(label));

const ofUsers = ofCalls(REQUESTS, MADE, OF_SOMEBODY);
export const activeUsers = `count(${sumBy(LABEL.userId, increase(ofUsers))} > 0)`;
export const activeUsersByTeam = orNoName(
  LABEL.team,
  `count by (${LABEL.team}) (${sumBy([LABEL.team, LABEL.userId], rate(ofUsers))} > 0)`,
);

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
export const errorTypes = orNone(
  LABEL.errorType,
  `${sumBy(LABEL.errorType, rate(ofModels(FINISHED, `${LABEL.errorType}!=""`)))} * 60`,
);
export const rateLimited = orZero(sum(increase(ofModels(FINISHED, RATE_LIMITED))));
export const rateLimitedRatioBy = (label: string) =>
  orNone(
    label,
    ratio(sumBy(label, rate(ofModels(FINISHED, RATE_LIMITED))), sumBy(label, rate(ofModels(FINISHED)))),
  );
