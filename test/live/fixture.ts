import { counter, gauge, LABEL } from '../../src/rules/promql.ts';
import { METRIC } from '../../src/telemetry/names.ts';
import type { Sample } from './gauges.ts';

/** What budgets and a ledger would report, under the test's control. */
export class Fixture {
  spentUsd = 0;
  #scrapes = 0;

  read(): Sample[] {
    this.#scrapes++;
    const tokens = { [LABEL.budget]: 'user-tokens', [LABEL.userId]: 'maria' };
    const [{ value: reset } = { value: 0 }, { value: period } = { value: 0 }] = samplesOf({}, 1, 0).slice(2);
    return [
      ...samplesOf({ [LABEL.budget]: 'live', [LABEL.team]: 'legal' }, 10, this.spentUsd),
      { name: gauge(METRIC.budgetLimitTokens), labels: tokens, value: 1_000_000 },
      { name: gauge(METRIC.budgetSharedSpentTokens), labels: tokens, value: 1000 * this.#scrapes },
      { name: gauge(METRIC.budgetReset), labels: tokens, value: reset },
      { name: gauge(METRIC.budgetPeriod), labels: tokens, value: period },
      { name: counter(METRIC.budgetBlocked), labels: tokens, value: this.#scrapes },
      { name: counter(METRIC.budgetStoreFailures), labels: {}, value: 0 },
      // The app has too few users for it.
      { name: counter(METRIC.overflow), labels: { [LABEL.limit]: 'users' }, value: 0 },
      { name: gauge(METRIC.ledgerQueue), labels: {}, value: this.#scrapes % 7 },
      { name: counter(METRIC.ledgerDropped), labels: {}, value: 0 },
    ];
  }
}

const DAY_SECONDS = 86_400;

function samplesOf(labels: Sample['labels'], limit: number, spent: number): Sample[] {
  const today = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS;
  return [
    { name: gauge(METRIC.budgetLimitUsd), labels, value: limit },
    { name: gauge(METRIC.budgetSpentUsd), labels, value: spent },
    { name: gauge(METRIC.budgetReset), labels, value: today + DAY_SECONDS },
    { name: gauge(METRIC.budgetPeriod), labels, value: DAY_SECONDS },
  ];
}
