import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordingGroups } from '../../src/rules/index.ts';
import { BUDGET } from '../../src/rules/promql.ts';
import { requirement } from '../support/requirement.ts';
import { failureOf, type InputSeries } from './promtool.ts';

const { missing } = requirement('promtool', 'prometheus');
const groups = recordingGroups().filter(({ name }) => name.startsWith('tokenmeter-budget'));

const DAY = 86_400;
const MONTH = 31 * DAY;
const gauge = (name: string) => `tokenmeter_budget_${name}{job="shop", instance="a", budget="b"}`;

/** What is forecast of a budget, in multiples of it. */
async function isForecast(
  interval: '1m' | '5m',
  series: InputSeries,
  wanted: readonly (readonly [at: number, share: number])[],
): Promise<void> {
  const expect = wanted.map(([minutes, value]) => ({
    at: `${minutes}m`,
    expr: `round(${BUDGET.forecast}, 0.1)`,
    values: [{ labels: '{job="shop", budget="b", unit="usd"}', value }],
  }));
  assert.equal(
    await failureOf(groups, [{ name: 'forecast', series, expect, interval }], interval),
    undefined,
  );
}

/** There only at some hours of each day, by steps of 5 minutes; what is spent is kept in Redis. */
function daily(from: number, hours: number, perDay: number, limit: number): InputSeries {
  const steps = 12 * hours;
  const eachDay = (values: (day: number) => string) =>
    [0, 1, 2].map((day) => `_x${12 * from} ${values(day)} stale _x${288 - 12 * from - steps - 2}`).join(' ');
  return {
    [gauge('limit_usd')]: eachDay(() => `${limit}x${steps}`),
    [gauge('reset_timestamp')]: eachDay(() => `${MONTH}x${steps}`),
    [gauge('period_seconds')]: eachDay(() => `${MONTH}x${steps}`),
    [gauge('shared_spent_usd')]: eachDay((day) => `${day * perDay}+${perDay / steps}x${steps}`),
  };
}

const newPeriod = (kind: string, limit: number, spent: string, seconds: number): InputSeries => ({
  [gauge('limit_usd')]: `${limit}x120`,
  [gauge('period_seconds')]: `${seconds}x120`,
  [gauge('reset_timestamp')]: `3600x60 ${seconds + 3600}x60`,
  [gauge(kind)]: spent,
});

describe('forecast', { concurrency: true, skip: missing }, () => {
  test('a job of one hour a night, $30 of $2000 a month', () =>
    isForecast('5m', daily(2, 1, 30, 2000), [
      [DAY / 60 + 175, 0.5],
      [(2 * DAY) / 60 + 175, 0.5],
    ]));

  test('an app that is scaled to zero at night, $80 a day of $6000 a month', () =>
    isForecast('5m', daily(9, 8, 80, 6000), [
      [DAY / 60 + 600, 0.4],
      [DAY / 60 + 1000, 0.4],
      [(2 * DAY) / 60 + 1000, 0.4],
    ]));

  for (const [kind, share] of [
    ['spent_usd', 1.3],
    ['shared_spent_usd', 1.2],
  ] as const) {
    test(`$5 an hour of $3000 a month, a quarter of an hour into the month, ${kind}`, () =>
      isForecast('1m', newPeriod(kind, 3000, '2900+0.0833333x60 0+0.0833333x60', 30 * DAY), [[80, share]]));
  }

  test('$1.20 an hour of $24 a day, a quarter of an hour into the day', () =>
    isForecast('1m', newPeriod('shared_spent_usd', 24, '20+0.02x60 0+0.02x60', DAY), [[80, 1.3]]));
});
