import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedAlert, Receiver } from '../../examples/demo/receiver.ts';
import type { Fixture } from './fixture.ts';

const WITHIN_MS = 30_000;

/** Drives a budget to 85 % and 105 %, then into its next period. Returns what went wrong. */
export async function checkAlerts(fixture: Fixture, receiver: Receiver): Promise<string[]> {
  const isOf = (name: string, status: ReceivedAlert['status']) => (alert: ReceivedAlert) =>
    alert.labels.alertname === name && alert.labels.budget === 'live' && alert.status === status;
  const arrives = async (name: string, status: ReceivedAlert['status'], says = /./) => {
    const start = performance.now();
    const alert = await Promise.race([
      receiver.waitFor(isOf(name, status)),
      delay(WITHIN_MS, undefined, { ref: false }),
    ]);
    if (!alert) throw new Error(`${name} was not ${status} within ${WITHIN_MS / 1000} s`);
    const { description = '' } = alert.annotations;
    if (!says.test(description)) throw new Error(`${name} says: ${description}`);
    const waited = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${status.padEnd(9)} ${name} after ${waited} s: ${description}`);
  };

  fixture.spentUsd = 8.5;
  await arrives('TokenmeterBudgetWarning', 'firing', /^\$8\.50 of \$10\.00 are spent \(85%\)/);
  fixture.spentUsd = 10.5;
  await arrives('TokenmeterBudgetExhausted', 'firing', /^\$10\.50 of \$10\.00 are spent \(105%\)/);
  fixture.spentUsd = 0.1;
  await arrives('TokenmeterBudgetExhausted', 'resolved');
  await arrives('TokenmeterBudgetWarning', 'resolved');

  return repeated(receiver.alerts);
}

/** Alerts that were told more than once. */
function repeated(alerts: readonly ReceivedAlert[]): string[] {
  const counts = new Map<string, number>();
  for (const { status, labels, startsAt } of alerts) {
    const key = `${status} ${JSON.stringify(labels)} since ${startsAt}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([key, count]) => `told ${count} times: ${key}`);
}
