import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OTHER } from '../../src/label.ts';
import type { InstrumentName } from '../../src/telemetry/names.ts';
import { METRIC } from '../../src/telemetry/names.ts';
import { pointsOf } from '../../src/telemetry/points.ts';
import type { Collection, SeriesReader } from '../../src/telemetry/reader.ts';
import { type SeriesLimits, SeriesTable } from '../../src/telemetry/series-table.ts';
import { settled } from './calls.ts';

const USD = 1_000_000_000_000n;
const limits = { maxUsers: 1000, maxSeries: 50_000, idleSeconds: 3600 };

function tableOf(some: Partial<SeriesLimits> = {}) {
  const table = new SeriesTable({ ...limits, ...some });
  const reader = table.addReader({ zeros: 2 });
  return { table, reader, collect: () => collect(table, reader) };
}

/** What a scrape of a reader shows: values by user, or by other labels. */
function collect(table: SeriesTable, reader: SeriesReader) {
  table.sweep();
  const collection = reader.begin();
  const seen = read(table, collection);
  reader.end(collection);
  return seen;
}

function read(table: SeriesTable, collection: Collection) {
  const of = (metric: InstrumentName) =>
    Object.fromEntries(
      Array.from(pointsOf(metric, table, collection), ({ series, labels, value }) => [
        Object.values({ ...series.labels, ...labels }).join(' '),
        value,
      ]),
    );
  const byUser = (metric: InstrumentName) => {
    const sums: Record<string, number> = {};
    for (const { series, value } of pointsOf(metric, table, collection)) {
      const user = String(series.labels['user.id'] ?? '');
      sums[user] = (sums[user] ?? 0) + value;
    }
    return sums;
  };
  return { cost: byUser(METRIC.cost), requests: byUser(METRIC.requests), overflow: of(METRIC.overflow), of };
}

const everything = { tick: Number.POSITIVE_INFINITY, shownIfBornBefore: Number.POSITIVE_INFINITY };
const sum = (values: Record<string, number>) =>
  Object.values(values).reduce((total, value) => total + value, 0);

describe('zero first', () => {
  test('a counter is 0 in two collections, then what it is', () => {
    const { table, collect } = tableOf();
    table.add(settled({ user: 'ann', picoUsd: 3n * USD }));
    assert.deepEqual(collect().cost, { ann: 0 });
    table.add(settled({ user: 'ann', picoUsd: 1n * USD }));
    assert.deepEqual(collect().cost, { ann: 0 });
    assert.deepEqual(collect().cost, { ann: 4 });
    table.add(settled({ user: 'ann', picoUsd: 1n * USD }));
    assert.deepEqual(collect().cost, { ann: 5 }, 'no longer held back');
  });

  test('each counter by itself: a first error is new, the requests that went well are not', () => {
    const { table, collect } = tableOf();
    table.add(settled({ user: 'ann' }));
    for (let n = 0; n < 3; n++) collect();
    table.add(settled({ user: 'ann', outcome: 'error' }));
    const outcomes = () => collect().of(METRIC.requests);
    const is = (error: number) => ({
      'ann openai chat gpt-4.1 gpt-4.1 ok': 1,
      'ann openai chat gpt-4.1 gpt-4.1 error': error,
    });
    assert.deepEqual(outcomes(), is(0));
    assert.deepEqual(outcomes(), is(0));
    assert.deepEqual(outcomes(), is(1));
  });

  test('each reader by himself', () => {
    const { table, collect: first } = tableOf();
    const other = table.addReader({ zeros: 2 });
    const second = () => collect(table, other);
    table.add(settled({ user: 'ann', picoUsd: USD }));
    for (let n = 0; n < 5; n++) first();
    assert.deepEqual(
      [second(), second(), second()].map(({ cost }) => cost.ann),
      [0, 0, 1],
    );
  });

  test('to one who comes later, what others were told of does not grow from 0', () => {
    const { table, collect: first } = tableOf();
    table.add(settled({ user: 'ann', picoUsd: USD }));
    for (let n = 0; n < 3; n++) first();
    table.add(settled({ user: 'bob', picoUsd: USD }));
    const late = table.addReader({ zeros: 2 });
    assert.deepEqual(collect(table, late).cost, { ann: 1, bob: 0 });
  });

  test('what is born while a collection is under way is not in it', () => {
    const { table, reader } = tableOf();
    const collection = reader.begin();
    table.add(settled({ user: 'ann' }));
    assert.deepEqual(read(table, collection).cost, {});
    reader.end(collection);
  });

  test('a collection that did not reach the reader does not count', () => {
    const { table, reader, collect } = tableOf();
    table.add(settled({ user: 'ann', picoUsd: USD }));
    for (let n = 0; n < 5; n++) reader.begin();
    assert.deepEqual(
      [collect(), collect(), collect()].map(({ cost }) => cost.ann),
      [0, 0, 1],
    );
  });

  test('zeros: 0 shows what is there, and so does everyone at the end', () => {
    const { table, collect: held } = tableOf();
    const direct = table.addReader({ zeros: 0 });
    table.add(settled({ user: 'ann', picoUsd: USD }));
    assert.deepEqual(collect(table, direct).cost, { ann: 1 });
    assert.deepEqual(held().cost, { ann: 0 });
    table.end();
    assert.deepEqual(held().cost, { ann: 1 });
  });
});

describe('the cap on users', () => {
  test('those beyond it share a label; model, team and feature stay, and totals are exact', () => {
    const { table } = tableOf({ maxUsers: 10 });
    for (let n = 0; n < 100; n++) {
      table.add(settled({ user: `u${n}`, model: `m${n % 3}`, team: `t${n % 2}`, picoUsd: USD }));
    }
    const seen = read(table, everything);
    assert.equal(Object.keys(seen.cost).length, 11);
    assert.equal(seen.cost[OTHER], 90);
    assert.equal(sum(seen.cost), 100);
    const others = Object.keys(seen.of(METRIC.cost)).filter((labels) => labels.startsWith(OTHER));
    assert.deepEqual(
      others.sort(),
      [0, 1, 2].flatMap((m) => [0, 1].map((t) => `${OTHER} t${t} openai chat m${m} m${m}`)).sort(),
    );
    assert.deepEqual(seen.overflow, { users: 90 });
  });

  test('one who turns out to spend much takes the place of the one who spends least', () => {
    const { table, collect } = tableOf({ maxUsers: 3 });
    for (const [user, dollars] of [
      ['a', 5n],
      ['b', 1n],
      ['c', 4n],
    ] as const) {
      table.add(settled({ user, picoUsd: dollars * USD }));
    }
    for (let n = 0; n < 3; n++) collect();
    for (let n = 0; n < 10; n++) table.add(settled({ user: 'late', picoUsd: USD }));
    collect();
    assert.deepEqual(Object.keys(collect().cost).sort(), [OTHER, 'a', 'c'], 'b has left');
    table.add(settled({ user: 'late', picoUsd: USD }));
    const { cost } = collect();
    assert.equal(cost.late, 0);
    collect();
    assert.deepEqual(collect().cost, { a: 5, c: 4, late: 1, [OTHER]: 10 });
  });

  test('nobody leaves before all readers were told what he spent', () => {
    const { table, reader, collect } = tableOf({ maxUsers: 1 });
    table.add(settled({ user: 'small', picoUsd: USD }));
    table.add(settled({ user: 'big', picoUsd: 9n * USD }));
    assert.deepEqual(collect().cost, { small: 0, [OTHER]: 0 });
    table.add(settled({ user: 'big', picoUsd: 9n * USD }));
    assert.deepEqual(collect().cost, { small: 0, [OTHER]: 0 });
    assert.deepEqual(collect().cost, { small: 1, [OTHER]: 18 });
    assert.ok(reader.reportedBefore > 0);
    table.add(settled({ user: 'big', picoUsd: USD }));
    assert.deepEqual(Object.keys(collect().cost), [OTHER], 'the place is free, and big has it');
    table.add(settled({ user: 'big', picoUsd: USD }));
    assert.deepEqual(collect().cost, { [OTHER]: 19, big: 0 });
  });

  test('no counter falls, whatever happens, but to come back through 0', (t) => {
    const seed = 7;
    t.diagnostic(`seed ${seed}`);
    let state = seed;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const { table, collect } = tableOf({ maxUsers: 20 });
    let before: Record<string, number> = {};
    let total = 0;
    for (let round = 0; round < 300; round++) {
      for (let n = 0; n < 20; n++) {
        const user = `u${Math.floor(random() ** 3 * 200)}`;
        const dollars = Math.ceil(random() * 100);
        table.add(settled({ user, picoUsd: BigInt(dollars) * USD }));
        total += dollars;
      }
      const { cost } = collect();
      assert.ok(Object.keys(cost).filter((user) => user !== OTHER).length <= 20);
      for (const [user, value] of Object.entries(cost)) {
        assert.ok(
          value === 0 || value >= (before[user] ?? 0),
          `${user} fell from ${before[user]} to ${value}`,
        );
      }
      before = cost;
    }
    assert.ok(total > 0);
  });

  test('the named ones are those who spend most', () => {
    const { table, collect } = tableOf({ maxUsers: 50 });
    // 5,000 who come once, and among them 40 who come again and again, each from some time on.
    for (let n = 0; n < 5000; n++) {
      table.add(settled({ user: `once${n}`, picoUsd: USD }));
      if (n % 10 === 0) {
        for (let big = 0; big < Math.min(40, n / 50); big++) {
          table.add(settled({ user: `big${big}`, picoUsd: USD }));
        }
      }
      if (n % 100 === 0) collect();
    }
    const named = Object.keys(collect().cost);
    const missing = Array.from({ length: 40 }, (_, big) => `big${big}`).filter(
      (user) => !named.includes(user),
    );
    assert.deepEqual(missing, []);
  });
});

describe('idle series', () => {
  test('are dropped after their last value was collected, and come back through 0', async () => {
    const { table, collect } = tableOf({ idleSeconds: 0.000_001 });
    table.add(settled({ user: 'ann', picoUsd: USD }));
    assert.deepEqual(
      [collect(), collect(), collect()].map(({ cost }) => cost.ann),
      [0, 0, 1],
    );
    assert.deepEqual(collect().cost, {});
    table.add(settled({ user: 'ann', picoUsd: 2n * USD }));
    assert.deepEqual(
      [collect(), collect(), collect()].map(({ cost }) => cost.ann),
      [0, 0, 2],
    );
  });

  test('wait for the slowest reader, until he is removed', () => {
    const { table, collect: quick } = tableOf({ idleSeconds: 0.000_001 });
    const slow = table.addReader({ zeros: 2 });
    table.add(settled({ user: 'ann', picoUsd: USD }));
    for (let n = 0; n < 9; n++) quick();
    assert.deepEqual(quick().cost, { ann: 1 });
    table.removeReader(slow);
    assert.deepEqual(quick().cost, {});
  });

  test('with keepsAll nothing is dropped, and nobody starts at 0 again', () => {
    const table = new SeriesTable({ ...limits, maxUsers: 1, idleSeconds: 0.000_001, keepsAll: true });
    const reader = table.addReader({ zeros: 0 });
    table.add(settled({ user: 'a', picoUsd: USD }));
    for (const [user, dollars] of [
      ['b', 9n],
      ['a', 99n],
      ['b', 999n],
    ] as const) {
      table.add(settled({ user, picoUsd: dollars * USD }));
      collect(table, reader);
      table.add(settled({ user, picoUsd: USD }));
      collect(table, reader);
    }
    const { cost } = collect(table, reader);
    assert.equal(sum(cost), 1 + 9 + 99 + 999 + 3);
    assert.ok((cost.a ?? 0) > 0 && (cost.b ?? 0) > 0);
  });
});

describe('limits of series', () => {
  test('beyond maxSeries the user is merged first, then team and feature; model and total stay', () => {
    const { table } = tableOf({ maxSeries: 100 });
    for (let n = 0; n < 1000; n++) {
      table.add(settled({ user: `u${n % 50}`, team: `t${n % 20}`, feature: `f${n % 7}`, picoUsd: USD }));
    }
    const seen = read(table, everything);
    assert.equal(sum(seen.cost), 1000);
    assert.ok(Object.keys(seen.of(METRIC.cost)).length <= 101);
    assert.ok((seen.overflow.series ?? 0) > 0);
  });

  test('250 combinations of models, then they share a label', () => {
    const { table } = tableOf();
    for (let n = 0; n < 5000; n++) table.add(settled({ model: `attack-${n}`, picoUsd: USD }));
    const seen = read(table, everything);
    assert.equal(sum(seen.cost), 5000);
    assert.equal(Object.keys(seen.of(METRIC.cost)).length, 251);
    assert.equal(seen.of(METRIC.cost)[`openai chat ${OTHER} ${OTHER}`], 4750);
  });
});
