import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedAlert, Receiver } from '../../examples/demo/receiver.ts';
import type { Fixture } from './fixture.ts';

const WITHIN_MS = 60_000;

/** Of the budgets that the demo declares: its traffic uses the one of a team up. Returns what went wrong. */
export async function checkOwnBudget(receiver: Receiver): Promise<string[]> {
  for (const name of ['TokenmeterBudgetWarning', 'TokenmeterBudgetExhausted']) {
    await arrives(receiver, name, 'team-day', 'firing', /^\$\d\.\d\d of \$2\.00 are spent/);
  }
  return repeated(receiver.alerts);
}

/** Drives a budget to 85 % and 105 %, then into its next period. Returns what went wrong. */
export async function checkAlerts(fixture: Fixture, receiver: Receiver): Promise<string[]> {
  fixture.spentUsd = 8.5;
  await arrives(
    receiver,
    'TokenmeterBudgetWarning',
    'live',
    'firing',
    /^\$8\.50 of \$10\.00 are spent \(85%\)/,
  );
  fixture.spentUsd = 10.5;
  await arrives(
    receiver,
    'TokenmeterBudgetExhausted',
    'live',
    'firing',
    /^\$10\.50 of \$10\.00 are spent \(105%\)/,
  );
  fixture.spentUsd = 0.1;
  await arrives(receiver, 'TokenmeterBudgetExhausted', 'live', 'resolved');
  await arrives(receiver, 'TokenmeterBudgetWarning', 'live', 'resolved');

  return repeated(receiver.alerts);
}

async function arrives(
  receiver: Receiver,
  name: string,
  budget: string,
  status: ReceivedAlert['status'],
  says = /./,
): Promise<void> {
  const start = performance.now();
  const alert = await Promise.race([
    receiver.waitFor(
      ({ status: told, labels }) => told === status && labels.alertname === name && labels.budget === budget,
    ),
    delay(WITHIN_MS, undefined, { ref: false }),
  ]);
  if (!alert) throw new Error(`${name} of ${budget} was not ${status} within ${WITHIN_MS / 1000} s`);
  const { description = '' } = alert.annotations;
  if (!says.test(description)) throw new Error(`${name} of ${budget} says: ${description}`);
  const waited = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status.padEnd(9)} ${name} of ${budget} after ${waited} s: ${description}`);
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
