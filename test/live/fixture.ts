import { samplesOf } from '../../examples/demo/budgets.ts';
import type { Sample } from '../../examples/demo/gauges.ts';
import { counter, gauge, LABEL } from '../../src/rules/promql.ts';
import {
  BUDGET_LIMIT,
  BUDGET_METRIC,
  BUDGET_SHARED_SPENT,
  LEDGER_METRIC,
  METRIC,
} from '../../src/telemetry/names.ts';

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
      { name: gauge(BUDGET_LIMIT('tokens')), labels: tokens, value: 1_000_000 },
      { name: gauge(BUDGET_SHARED_SPENT('tokens')), labels: tokens, value: 1000 * this.#scrapes },
      { name: gauge(BUDGET_METRIC.resetTimestamp), labels: tokens, value: reset },
      { name: gauge(BUDGET_METRIC.periodSeconds), labels: tokens, value: period },
      { name: counter(BUDGET_METRIC.blocked), labels: tokens, value: this.#scrapes },
      { name: counter(BUDGET_METRIC.storeFailures), labels: tokens, value: 0 },
      // The app has too few users for it.
      { name: counter(METRIC.overflow), labels: { [LABEL.limit]: 'users' }, value: 0 },
      { name: gauge(LEDGER_METRIC.queueRows), labels: {}, value: this.#scrapes % 7 },
      { name: counter(LEDGER_METRIC.droppedRows), labels: {}, value: 0 },
    ];
  }
}
