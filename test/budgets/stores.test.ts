import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
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
    const hostile = ["'; DROP TABLE sums; --", '%', '__proto__', '😀', ':scope:', '{x}', ' ', 'ann '];
    for (const [index, scope] of hostile.entries()) {
      await store.settle(`d${index}`, [charge(name, BigInt(index + 1), 0n, [], scope)]);
    }
    for (const [index, scope] of hostile.entries()) {
      assert.equal((await sums(name, scope))?.spent, BigInt(index + 1));
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
    await store.rearm(name, period, (scope, spent) => {
      assert.deepEqual([scope, spent], ['ann', 111n]);
      return 1;
    });
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

  test('reservations of a process that died expire; one that is settled after that is still spent', async () => {
    const name = budget();
    await store.reserve('j1', [claim(name, 90n, 100n)], -1);
    assert.equal(await store.reserve('j2', [claim(name, 90n, 100n)], later()), undefined);
    await store.settle('j1', [charge(name, 20n, 90n)]);
    assert.deepEqual(await sums(name), { spent: 20n, reserved: 90n });
  });
}

describe('memory', () => conforms(async () => new MemoryStore()));

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
});
