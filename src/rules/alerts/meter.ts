import { METRIC } from '../../telemetry/names.ts';
import { counter, gauge, LABEL, quoted, regexOf } from '../promql.ts';
import { MADE } from '../service-recordings.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { alert, labelText, PERCENT } from './alert.ts';

/** The other reasons come with an estimate. */
const WITHOUT_USAGE = 'no_usage|invalid_usage|raw_response|unknown_endpoint';
const ALIVE = gauge(METRIC.priceTable);
const COUNT = '{{ $value | printf "%.0f" }}';

export function meterAlerts(
  { unmeteredRatio, priceTableDays }: Thresholds,
  jobsThatEnd: readonly string[],
): RuleGroup {
  const { job } = LABEL;
  const ended = jobsThatEnd.map(regexOf).join('|');
  const expected = `${ALIVE}${ended && `{${job}!~${quoted(ended)}}`}`;
  const unpricedBy = [job, LABEL.provider, LABEL.requestModel].join(', ');
  return {
    name: 'tokenmeter-meter-alerts',
    rules: [
      alert({
        name: 'TokenmeterUnpricedCalls',
        severity: 'warning',
        expr: `sum by (${unpricedBy}) (increase(${counter(METRIC.unpriced)}[1h])) > 0`,
        summary: `No price is known for ${labelText(LABEL.requestModel)}, which ${labelText(job)} calls`,
        description:
          `${COUNT} calls of ${labelText(job)} to ${labelText(LABEL.requestModel)} in an hour have no cost: ` +
          'spend and budgets are too low by what they cost.',
      }),
      alert({
        name: 'TokenmeterUnmeteredCalls',
        severity: 'warning',
        for: '5m',
        expr:
          `sum by (${job}) (increase(${counter(METRIC.unmetered)}{${LABEL.reason}=~"${WITHOUT_USAGE}"}[15m]))\n` +
          `/ (sum by (${job}) (increase(${MADE}[15m])) > 0) > ${unmeteredRatio}`,
        summary: `The usage of ${PERCENT} of the calls of ${labelText(job)} is not known`,
        description:
          `Over 15 minutes ${PERCENT} of the calls of ${labelText(job)} brought no usage that could be read, and ` +
          'count with neither tokens nor cost.',
      }),
      alert({
        name: 'TokenmeterNoData',
        severity: 'critical',
        for: '10m',
        expr: `group by (${job}) (last_over_time(${expected}[1d])) unless group by (${job}) (${ALIVE})`,
        summary: `${labelText(job)} sends no metrics any more`,
        description:
          `${labelText(job)} was metered within the last day and has sent nothing for 10 minutes: its calls are not ` +
          'seen, and its budgets not watched.',
      }),
      alert({
        name: 'TokenmeterTargetDown',
        severity: 'warning',
        for: '10m',
        // What an orchestrator has taken away is no target any more.
        expr: `up == 0 and on (${job}, ${LABEL.instance}) group by (${job}, ${LABEL.instance}) (last_over_time(${expected}[1d]))`,
        summary: `${labelText(LABEL.instance)} of ${labelText(job)} cannot be scraped`,
        description:
          `${labelText(LABEL.instance)} of ${labelText(job)} was metered within the last day, and has not answered for ` +
          '10 minutes (up is {{ $value }}): its calls, and its part of budgets kept in memory, are not seen.',
      }),
      alert({
        name: 'TokenmeterWorkersSilent',
        severity: 'warning',
        for: '10m',
        expr: `${gauge(METRIC.workers)}{${LABEL.state}="silent"} > 0`,
        summary: `${COUNT} workers of ${labelText(job)} do not answer`,
        description:
          `${COUNT} workers of node:cluster of ${labelText(job)} (${labelText(LABEL.instance)}) have not answered their ` +
          'primary for 10 minutes: their newest calls are not in its metrics.',
      }),
      alert({
        name: 'TokenmeterPriceTableOld',
        severity: 'info',
        for: '1h',
        expr: `max by (${job}) (${gauge(METRIC.priceTableAge)}) > ${priceTableDays * 86_400}`,
        summary: `The prices of ${labelText(job)} are {{ $value | humanizeDuration }} old`,
        description:
          `The price table of ${labelText(job)} is {{ $value | humanizeDuration }} old (limit: ${priceTableDays} days). ` +
          'New models have no price in it, and changed prices are wrong.',
      }),
      alert({
        name: 'TokenmeterOverflow',
        severity: 'warning',
        expr: `sum by (${job}, ${LABEL.limit}) (increase(${counter(METRIC.overflow)}[1h])) > 0`,
        summary: `${labelText(job)} has too many ${labelText(LABEL.limit)} to count them apart`,
        description:
          `${COUNT} calls of ${labelText(job)} in an hour are counted without ${labelText(LABEL.limit)} of their own. ` +
          'Totals are right; who it was is not known.',
      }),
      alert({
        name: 'TokenmeterLedgerRowsDropped',
        severity: 'critical',
        expr: `sum by (${job}) (increase(${counter(METRIC.ledgerDropped)}[15m])) > 0`,
        summary: `The ledger of ${labelText(job)} loses calls`,
        description: `${COUNT} calls of ${labelText(job)} in 15 minutes could not be written to the ledger.`,
      }),
    ],
  };
}
