import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AggregationTemporality, type DataPoint } from '@opentelemetry/sdk-metrics';
import { METRIC } from '../../src/telemetry/names.ts';
import { seriesProducer } from '../../src/telemetry/producer.ts';
import { SeriesTable } from '../../src/telemetry/series-table.ts';
import { settled } from './calls.ts';

const USD = 1_000_000_000_000n;
const { CUMULATIVE, DELTA } = AggregationTemporality;

function pushed(temporality: AggregationTemporality, zeros = 0, idleSeconds = 3600) {
  const table = new SeriesTable({ maxUsers: 1000, maxSeries: 50_000, idleSeconds });
  const producer = seriesProducer(table, { temporality, zeros });
  const costs = async () => {
    const { resourceMetrics, errors } = await producer.collect();
    assert.deepEqual(errors, []);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const cost = metrics.find(({ descriptor }) => descriptor.name === METRIC.cost.name);
    if (cost) assert.equal(cost.aggregationTemporality, temporality);
    return (cost?.dataPoints ?? []) as DataPoint<number>[];
  };
  const spend = (user: string, usd = 1n) => table.add(settled({ user, picoUsd: usd * USD }));
  return { table, costs, spend };
}

const values = (points: DataPoint<number>[]) => points.map(({ value }) => value);
const time = ([seconds, nanoseconds]: readonly [number, number]) => seconds + nanoseconds / 1e9;

describe('what is pushed', () => {
  test('cumulative: sums, each with the time when its series began', async () => {
    const { costs, spend } = pushed(CUMULATIVE);
    spend('ann');
    const [first] = await costs();
    spend('ann', 2n);
    const [second] = await costs();
    assert.equal(first?.value, 1);
    assert.equal(second?.value, 3);
    assert.deepEqual(first?.startTime, second?.startTime);
    assert.ok(time(second?.startTime ?? [0, 0]) <= time(second?.endTime ?? [0, 0]));
  });

  test('delta: what came since the last push, and nothing where nothing did', async () => {
    const { costs, spend } = pushed(DELTA);
    spend('ann');
    spend('bob', 5n);
    assert.deepEqual(values(await costs()), [1, 5]);
    spend('ann', 2n);
    const [ann, ...more] = await costs();
    assert.equal(ann?.value, 2);
    assert.deepEqual(more, []);
    assert.deepEqual(await costs(), []);
    spend('bob');
    assert.deepEqual(values(await costs()), [1]);
  });

  test('delta: one push begins where the last one ended', async () => {
    const { costs, spend } = pushed(DELTA);
    spend('ann');
    const [first] = await costs();
    spend('ann');
    const [second] = await costs();
    assert.deepEqual(second?.startTime, first?.endTime);
  });

  test('zeroFirst: always holds back here too, until the end', async () => {
    const { table, costs, spend } = pushed(CUMULATIVE, 2);
    spend('ann');
    assert.deepEqual([values(await costs()), values(await costs()), values(await costs())], [[0], [0], [1]]);
    spend('bob');
    table.end();
    assert.deepEqual(values(await costs()), [1, 1]);
  });

  test('a clock that is set back does not make time run backwards', async (t) => {
    const { costs, spend } = pushed(DELTA);
    t.mock.timers.enable({ apis: ['Date'], now: 2_000_000 });
    spend('ann');
    const [first] = await costs();
    t.mock.timers.setTime(1_000_000);
    spend('ann');
    spend('bob');
    for (const point of await costs()) {
      assert.deepEqual(point.startTime, first?.endTime);
      assert.ok(time(point.endTime) >= time(point.startTime));
      assert.equal(point.value, 1);
    }
  });

  test('a series that was dropped comes back with a later start', async () => {
    const { costs, spend } = pushed(CUMULATIVE, 0, 0.000_001);
    spend('ann');
    const [first] = await costs();
    assert.deepEqual(await costs(), [], 'dropped');
    await new Promise((resolve) => setTimeout(resolve, 2));
    spend('ann');
    const [second] = await costs();
    assert.equal(second?.value, 1);
    assert.ok(time(second?.startTime ?? [0, 0]) > time(first?.endTime ?? [0, 0]) - 0.002);
  });
});
