import { counter, gauge, LABEL } from '../../../src/rules/promql.ts';
import { METRIC } from '../../../src/telemetry/names.ts';
import { increase, ofMeter, ofModels, orZero, rate, ratio, sum, sumBy } from './selectors.ts';

const FIRING = 'ALERTS{alertname=~"Tokenmeter.+", alertstate="firing"}';
export const firing = orZero(`count(${FIRING})`);
/** For how many seconds. */
export const firingAlerts =
  `time() - max by (alertname, severity, ${LABEL.job}, ${LABEL.budget}, ${LABEL.userId}, ${LABEL.team}, ` +
  `${LABEL.requestModel}) (ALERTS_FOR_STATE{alertname=~"Tokenmeter.+"} and ignoring (alertstate) ${FIRING})`;

const ALIVE = ofMeter(gauge(METRIC.priceTable));
export const apps = `count(group by (${LABEL.job}) (${ALIVE} == 1))`;
export const processes = `count(group by (${LABEL.job}, ${LABEL.instance}) (${ALIVE} == 1))`;
export const priceTableProcesses = `count by (${LABEL.job}, ${LABEL.version}) (${ALIVE} == 1)`;
export const priceTableAge = `max(${ofMeter(gauge(METRIC.priceTableAge))})`;

const UNMETERED = ofModels(counter(METRIC.unmetered));
const UNPRICED = ofModels(counter(METRIC.unpriced));
const OVERFLOW = ofMeter(counter(METRIC.overflow));
export const unmeteredRatio = ratio(
  `(${orZero(sum(increase(UNMETERED)))})`,
  sum(increase(ofModels(counter(METRIC.requests)))),
);
export const unmeteredByReason = `${sumBy(LABEL.reason, rate(UNMETERED))} * 60 > 0`;
export const unpriced = orZero(sum(increase(UNPRICED)));
export const unpricedByModel = `${sumBy(LABEL.requestModel, rate(UNPRICED))} * 60 > 0`;
export const overflow = orZero(sum(increase(OVERFLOW)));
export const overflowByLimit = `${sumBy(LABEL.limit, rate(OVERFLOW))} * 60`;

export const ledgerQueue = `sum by (${LABEL.job}) (${ofMeter(gauge(METRIC.ledgerQueue))})`;
export const ledgerDropped = orZero(sum(increase(ofMeter(counter(METRIC.ledgerDropped)))));

const ofScrapes = (metric: string) =>
  `max by (${LABEL.job}, ${LABEL.instance}) (${ofMeter(metric)} and on (${LABEL.job}, ${LABEL.instance}) ${ALIVE})`;
export const scrapeDuration = ofScrapes('scrape_duration_seconds');
export const scrapeSamples = ofScrapes('scrape_samples_scraped');
