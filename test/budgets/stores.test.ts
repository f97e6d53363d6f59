import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'redis';
import { HELD } from '../../src/budgets/period.ts';
import { MemoryStore } from '../../src/budgets/stores/memory.ts';
import { RedisStore } from '../../src/budgets/stores/redis.ts';
import { SqliteStore } from '../../src/budgets/stores/sqlite.ts';
import type { BudgetStore, Charge, Claim } from '../../src/budgets/stores/types.ts';
import { TokenmeterError } from '../../src/index.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { requirement } from '../support/requirement.ts';
import { startRedis } from './redis.ts';

const hour = 3_600_000;
const start = Math.floor(Date.now() / hour) * hour;
const period = { start, end: start + hour, until: start + hour };
const later = () => 60_000;

let last = 0;
/** Each test has budgets of its own: they may share a store. */
const budget = () => `budget ${++last}`;

function claim(name: string, amount: bigint, limit?: bigint, scope = 'ann'): Claim {
  return { budget: name, scope, period, counted: [period], amount, limit };
}
function charge(
  name: string,
  spent: bigint,
  reserved: bigint,
  thresholds: bigint[] = [],
  scope = 'ann',
): Charge {
  return { budget: name, scope, period, counted: [period], spent, reserved, reservedIn: period, thresholds };
}

function conforms(open: () => Promise<BudgetStore>): void {
  let store: BudgetStore;
  before(async () => {
    store = await open();
  });
  after(() => store.close());
  const sums = async (name: string, scope = 'ann') =>
    (await store.read([{ budget: name, scope, counted: [period] }]))[0];

  test('what is reserved counts until it is settled', async () => {
    const name = budget();
    assert.equal(await store.reserve('a1', [claim(name, 60n, 100n)], later()), undefined);
    assert.deepEqual(await sums(name), { spent: 0n, reserved: 60n });
    const refused = await store.reserve('a2', [claim(name, 41n, 100n)], later());
    assert.deepEqual(
      { ...refused, share: undefined },
      { index: 0, spent: 0n, reserved: 60n, share: undefined },
    );
    assert.equal(await store.reserve('a3', [claim(name, 40n, 100n)], later()), undefined);
    await store.settle('a1', [charge(name, 10n, 60n)]);
    assert.deepEqual(await sums(name), { spent: 10n, reserved: 40n });
    await store.settle('a3', [charge(name, 0n, 40n)]);
    assert.deepEqual(await sums(name), { spent: 10n, reserved: 0n });
  });

  test('all or nothing, and the one with the least left is the reason', async () => {
    const [wide, narrow, none] = [budget(), budget(), budget()];
    const claims = [claim(wide, 50n, 40n), claim(narrow, 5n, 4n), claim(none, 5n)];
    await store.settle('spent', [charge(narrow, 3n, 0n)]);
    const refused = await store.reserve('b1', claims, later());
    assert.equal(refused?.index, 1);
    assert.equal(refused?.spent, 3n);
    for (const name of [wide, none]) assert.deepEqual(await sums(name), { spent: 0n, reserved: 0n });
  });

  test('a limit of 0 refuses even what costs nothing; no limit refuses nothing', async () => {
    const name = budget();
    assert.equal((await store.reserve('c1', [claim(name, 0n, 0n)], later()))?.index, 0);
    assert.equal(await store.reserve('c2', [claim(name, 10n ** 15n)], later()), undefined);
  });

  test('scopes are apart, whatever they are called', async () => {
    const name = budget();
    const hostile = ["'; DROP TABLE sums; --", '%', '__proto__', '😀', ':scope:', '{x}', ' ', 'ann ', 'ann'];
    hostile.push(...['reservations', 'sums', 'scopes', `scope:ann`].map((more) => `ann:${more}`));
    for (const [index, scope] of hostile.entries()) {
      await store.reserve(`held${index}`, [claim(name, 10n, 100n, scope)], later());
    }
    for (const [index, scope] of hostile.entries()) {
      await store.settle(`d${index}`, [charge(name, BigInt(index + 1), 0n, [], scope)]);
    }
    for (const [index, scope] of hostile.entries()) {
      assert.deepEqual(await sums(name, scope), { spent: BigInt(index + 1), reserved: 10n });
    }
    const most = await store.scopes(name, [period], 3);
    assert.deepEqual(
      most.map(({ scope, spent }) => [scope, spent]),
      [...hostile.entries()]
        .reverse()
        .slice(0, 3)
        .map(([index, scope]) => [scope, BigInt(index + 1)]),
    );
  });

  test('budgets are apart, whatever they and their scopes are called', async () => {
    const name = budget();
    const inner = `${name}:${start}:scope:ann`;
    await store.settle('o1', [charge(name, 1n, 0n, [], `ann:${start}:scope:bob`)]);
    await store.settle('o2', [charge(inner, 2n, 0n, [], 'bob')]);
    assert.equal((await sums(name, `ann:${start}:scope:bob`))?.spent, 1n);
    assert.equal((await sums(inner, 'bob'))?.spent, 2n);
  });

  test('limits and thresholds of thousands of dollars are compared exactly', async () => {
    for (const large of [2n ** 53n, 10n ** 18n - 1n]) {
      const name = budget();
      assert.equal(await store.reserve(`p1 ${large}`, [claim(name, large, large)], later()), undefined);
      const refused = await store.reserve(`p2 ${large}`, [claim(name, 1n, large)], later());
      assert.equal(refused?.reserved, large);
      const crossed = async (id: string, spent: bigint) =>
        (await store.settle(`${id} ${large}`, [charge(name, spent, large, [large])]))[0]?.crossed;
      assert.deepEqual(await crossed('p1', large - 1n), []);
      assert.deepEqual(await crossed('p3', 1n), [0]);
    }
  });

  test('sums of money are exact', async () => {
    const name = budget();
    const amounts = [9_007_199_254_740_993n, 1n, 123_456_789_012_345_678n, 7n];
    for (const [index, amount] of amounts.entries())
      await store.settle(`e${index}`, [charge(name, amount, 0n)]);
    assert.equal(
      (await sums(name))?.spent,
      amounts.reduce((a, b) => a + b),
    );
  });

  test('a threshold is told of once, and again when the limit was raised above what is spent', async () => {
    const name = budget();
    const thresholds = [50n, 80n, 100n];
    const crossed = async (id: string, spent: bigint) =>
      (await store.settle(id, [charge(name, spent, 0n, thresholds)]))[0]?.crossed;
    assert.deepEqual(await crossed('f1', 49n), []);
    assert.deepEqual(await crossed('f2', 1n), [0]);
    assert.deepEqual(await crossed('f3', 1n), []);
    assert.deepEqual(await crossed('f4', 60n), [1, 2]);
    await store.rearm(name, period, (scope) => (scope === 'ann' ? [50n, 112n, 200n] : assert.fail()));
    assert.deepEqual(await crossed('f5', 0n), [1, 2]);
  });

  test('a moving window: what is counted is the sum of its parts', async () => {
    const name = budget();
    const parts = [0, 1, 2].map((n) => ({ start: start + n, end: start + n + 1, until: start + hour }));
    for (const [index, part] of parts.entries()) {
      await store.settle(`g${index}`, [
        { ...charge(name, 10n, 0n), period: part, reservedIn: part, counted: parts.slice(0, index + 1) },
      ]);
    }
    const asked = (counted: typeof parts) => ({
      ...claim(name, 5n, 24n),
      counted,
      period: counted.at(-1) ?? assert.fail(),
    });
    assert.equal((await store.reserve('g', [asked(parts)], later()))?.spent, 30n);
    assert.equal((await store.reserve('g', [asked(parts.slice(1))], later()))?.spent, 20n);
    assert.equal(await store.reserve('g', [asked(parts.slice(2))], later()), undefined);
  });

  test('a moving window: what is set aside counts apart from its parts, until its call ends', async () => {
    const name = budget();
    const part = (n: number) => ({ start: start + n, end: start + n + 1, until: start + hour });
    const held = (n: number) => ({ ...part(n), start: -1 });
    const asked = (n: number) => ({
      ...claim(name, 60n, 100n),
      period: held(n),
      counted: [held(n), part(n)],
    });
    assert.equal(await store.reserve('m1', [asked(0)], later()), undefined);
    assert.equal((await store.reserve('m2', [asked(5)], later()))?.reserved, 60n);
    await store.settle('m1', [
      { ...charge(name, 30n, 60n), period: part(5), counted: [held(5), part(5)], reservedIn: held(0) },
    ]);
    const [now] = await store.read([{ budget: name, scope: 'ann', counted: [held(5), part(5)] }]);
    assert.deepEqual(now, { spent: 30n, reserved: 0n });
    assert.equal(await store.reserve('m3', [asked(5)], later()), undefined);
  });

  test('what costs nothing leaves nothing to those that follow', async () => {
    const name = budget();
    await store.reserve('n1', [claim(name, 5n, 10n, 'bob')], later());
    await store.settle('n1', [charge(name, 0n, 5n, [1n], 'bob')]);
    await store.settle('n2', [charge(name, 7n, 0n, [1n], 'cat')]);
    assert.deepEqual(await sums(name, 'bob'), { spent: 0n, reserved: 0n });
    assert.deepEqual(await sums(name, 'cat'), { spent: 7n, reserved: 0n });
  });
}

/** Of those that several processes share. */
function isShared(open: () => Promise<BudgetStore>): void {
  let store: BudgetStore;
  before(async () => {
    store = await open();
  });
  after(() => store.close());
  const sums = async (name: string) =>
    (await store.read([{ budget: name, scope: 'ann', counted: [period] }]))[0];

  test('a second store sees the same', async () => {
    const other = await open();
    const name = budget();
    await store.settle('h1', [charge(name, 7n, 0n)]);
    assert.deepEqual(await other.read([{ budget: name, scope: 'ann', counted: [period] }]), [
      { spent: 7n, reserved: 0n },
    ]);
    await other.close();
  });

  test('settling the same call twice does nothing', async () => {
    const name = budget();
    await store.reserve('i1', [claim(name, 10n, 100n)], later());
    for (let n = 0; n < 3; n++) await store.settle('i1', [charge(name, 4n, 10n)]);
    assert.deepEqual(await sums(name), { spent: 4n, reserved: 0n });
  });

  test('settling twice answers twice what was crossed: the first answer may have been too late', async () => {
    const name = budget();
    const first = await store.settle('q1', [
      charge(name, 6n, 0n, [5n, 10n]),
      charge(name, 7n, 0n, [], 'bob'),
    ]);
    await store.settle('q2', [charge(name, 6n, 0n, [5n, 10n])]);
    assert.deepEqual(first[0], { spent: 6n, reserved: 0n, crossed: [0] });
    assert.deepEqual(await store.settle('q1', [charge(name, 6n, 0n, [5n, 10n])]), first);
    assert.deepEqual(await sums(name), { spent: 12n, reserved: 0n });
  });

  test('reservations of a process that died are not shown, even if nobody reserves after it', async () => {
    const name = budget();
    await store.reserve('r1', [claim(name, 90n), claim(name, 80n, undefined, 'bob')], -1);
    await store.reserve('r2', [claim(name, 5n)], later());
    await store.settle('r3', [charge(name, 1n, 0n)]);
    await store.reserve('r4', [claim(name, 7n)], 20);
    await setTimeout(30);
    assert.deepEqual(await sums(name), { spent: 1n, reserved: 5n });
    const scopes = await store.scopes(name, [period], 10);
    assert.deepEqual(
      scopes.filter(({ scope }) => scope === 'ann'),
      [{ scope: 'ann', spent: 1n, reserved: 5n }],
    );
  });

  test('reservations of a process that died expire; one that is settled after that is still spent', async () => {
    const name = budget();
    await store.reserve('j1', [claim(name, 90n, 100n)], -1);
    assert.equal(await store.reserve('j2', [claim(name, 90n, 100n)], later()), undefined);
    await store.settle('j1', [charge(name, 20n, 90n)]);
    assert.deepEqual(await sums(name), { spent: 20n, reserved: 90n });
  });
}

/** Of a moving window, as it is `milliseconds` after the hour. */
function windowAt(milliseconds: number) {
  const part = { start: start + milliseconds, end: start + milliseconds + 1, until: start + milliseconds };
  const held = { ...part, start: HELD };
  return { part, held, counted: [held, part] };
}

describe('memory', () => {
  conforms(async () => new MemoryStore());

  test('what a call of hours has set aside in a moving window is not dropped with the sums of its time', () => {
    const store = new MemoryStore();
    const { held, counted } = windowAt(0);
    store.reserve('1', [{ ...claim('x', 5n, 10n), period: held, counted }]);
    const after = windowAt(5 * hour);
    store.settle('2', [{ ...charge('x', 1n, 0n), period: after.part, counted: after.counted }]);
    assert.deepEqual(store.read([{ budget: 'x', scope: 'ann', counted: after.counted }]), [
      { spent: 1n, reserved: 5n },
    ]);
  });
});

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const noSqlite = major > 22 || (major === 22 && minor >= 13) ? undefined : 'needs Node 22.13';

describe('sqlite', { skip: noSqlite }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());
  const open = async () => new SqliteStore(join(folder.path, 'budgets.db'), 1000);
  conforms(open);
  isShared(open);

  test('what a call of hours has set aside in a moving window is not cleaned away, nor given back twice', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: start });
    const store = await open();
    const name = budget();
    const moving = (id: string, amount: bigint, { held, counted } = windowAt(Date.now() - start)) => {
      const claims = [{ ...claim(name, amount, 10n), period: held, counted }];
      const settled = { ...charge(name, 0n, amount), period: held, counted, reservedIn: held };
      assert.equal(store.reserve(id, claims, 600_000), undefined);
      return { renew: () => store.renew(id, claims, 600_000), end: () => store.settle(id, [settled]) };
    };
    const reserved = () => store.read([{ budget: name, scope: 'ann', ...windowAt(0) }])[0]?.reserved;
    const long = moving('s1', 5n);
    for (let n = 0; n < 30; n++) {
      t.mock.timers.tick(500_000);
      long.renew();
    }
    const short = moving('s2', 1n);
    assert.equal(reserved(), 6n);
    long.end();
    short.end();
    assert.equal(reserved(), 0n);
    store.close();
  });

  test('what is of the past is cleaned away in portions: nobody waits for all of it', async () => {
    const path = join(folder.path, 'past.db');
    const store = new SqliteStore(path, 1000);
    using database = new (await import('node:sqlite')).DatabaseSync(path);
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO sums SELECT 'x', 1, 'user ' || i, 5, 0, 0, 1 FROM n;
      INSERT INTO settled SELECT scope, 1, '[]' FROM sums`);
    const left = () =>
      ['sums', 'settled'].map((table) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
    const lefts = Array.from({ length: 6 }, (_, n) => {
      store.reserve(`t${n}`, [], later());
      return left();
    });
    assert.deepEqual(
      lefts,
      [800, 600, 400, 200, 0, 0].map((n) => [n, n]),
    );
    store.close();
  });

  test('a file that cannot be used is named, with the reason', async () => {
    const text = join(folder.path, 'notes.txt');
    await writeFile(text, 'no database, but long enough that SQLite looks at it. '.repeat(20));
    const newer = join(folder.path, 'newer.db');
    using database = new (await import('node:sqlite')).DatabaseSync(newer);
    database.exec('PRAGMA user_version = 99');
    for (const [path, why] of [
      [text, /^budgets cannot be kept in .*notes\.txt: file is not a database$/],
      [
        join(folder.path, 'none', 'b.db'),
        /^budgets cannot be kept in .*b\.db: unable to open database file$/,
      ],
      [newer, /newer\.db was made by a newer tokenmeter \(schema 99/],
    ] as const) {
      assert.throws(
        () => new SqliteStore(path, 50),
        (error) => error instanceof TokenmeterError && why.test(error.message),
      );
    }
  });

  test('survives a restart', async () => {
    const name = budget();
    const first = await open();
    first.settle('k1', [charge(name, 5n, 0n)]);
    first.close();
    const second = await open();
    assert.deepEqual(second.read([{ budget: name, scope: 'ann', counted: [period] }]), [
      { spent: 5n, reserved: 0n },
    ]);
    second.close();
  });
});

const { missing: noRedis } = requirement('redis-server', 'redis-server');

describe('redis', { skip: noRedis }, () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  before(async () => {
    server = await startRedis();
  });
  after(() => server[Symbol.asyncDispose]());
  const open = async () => new RedisStore(server.url);
  conforms(open);
  isShared(open);

  test('a call that crosses a threshold while a limit is changed has it told of once', async () => {
    const name = budget();
    const thresholds = [5n];
    const store = await open();
    await store.settle('u1', [charge(name, 4n, 0n, thresholds)]);
    const client = createClient({ url: server.url });
    await client.connect();
    const meanwhile = Object.assign(Object.create(client), {
      evalSha: client.evalSha.bind(client),
      eval: client.eval.bind(client),
      async zRangeWithScores(...asked: Parameters<typeof client.zRangeWithScores>) {
        const found = await client.zRangeWithScores(...asked);
        const [told] = await store.settle('u2', [charge(name, 1n, 0n, thresholds)]);
        assert.deepEqual(told?.crossed, [0]);
        return found;
      },
    });
    await new RedisStore(meanwhile).rearm(name, period, () => thresholds);
    const [again] = await store.settle('u3', [charge(name, 1n, 0n, thresholds)]);
    assert.deepEqual(again?.crossed, []);
    client.destroy();
    await store.close();
  });

  test('what a call of hours has set aside in a moving window lives as long as it is renewed', async () => {
    const store = await open();
    const name = budget();
    const grace = hour;
    const held = { start: HELD, end: 0, until: Date.now() - grace + 300 };
    const claims = [{ ...claim(name, 5n, 10n), period: held, counted: [held] }];
    const reserved = async () =>
      (await store.read([{ budget: name, scope: 'ann', counted: [held] }]))[0]?.reserved;
    await store.reserve('v1', claims, 400);
    for (let n = 0; n < 4; n++) {
      await setTimeout(200);
      await store.renew('v1', claims, 400);
      assert.equal(await reserved(), 5n);
    }
    await setTimeout(500);
    assert.equal(await reserved(), 0n);
    await store.close();
  });
});
