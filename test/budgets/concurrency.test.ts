import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Spend } from '../../src/budgets/budget.ts';
import { type Admission, Budgets } from '../../src/budgets/budgets.ts';
import { SteadyStore } from '../../src/budgets/steady-store.ts';
import { MemoryStore } from '../../src/budgets/stores/memory.ts';
import type { Budget, ThresholdEvent } from '../../src/budgets/types.ts';

const USD = 1_000_000_000_000n;

function opened(budgets: readonly Budget[], now = () => Date.parse('2026-11-22T10:00Z')) {
  const store = new SteadyStore(new MemoryStore(), {
    timeoutMs: 50,
    failOpen: true,
    onFailure: () => assert.fail(),
  });
  return new Budgets({
    budgets,
    store,
    reservationSeconds: 600,
    events: { crossed() {}, unpriced() {}, labels: (budget) => ({ budget }) },
    now,
  });
}

function withEvents(budgets: readonly Budget[], crossed: (event: ThresholdEvent) => void) {
  const store = new SteadyStore(new MemoryStore(), {
    timeoutMs: 50,
    failOpen: true,
    onFailure: () => assert.fail(),
  });
  const events = { crossed, unpriced() {}, labels: () => ({}) };
  return new Budgets({ budgets, store, reservationSeconds: 600, events });
}

const spend = (picoUsd: bigint, tokens = 1): Spend => ({ picoUsd, tokens, requests: 1 });

function admit(budgets: Budgets, user: string, most: Spend): Admission | undefined {
  const admission = budgets.admit({ user, team: user.slice(0, 1) }, () => most);
  assert.ok(!(admission instanceof Promise));
  return admission;
}

const spentBy = async (budgets: Budgets, user: string) =>
  (await budgets.status({ user, team: user.slice(0, 1) })).map(({ budget, spent, reserved }) => ({
    budget,
    spent,
    reserved,
  }));

describe('many calls at once', () => {
  test('1,000 at once: never over the limit, and all that fit are let through', async () => {
    const budgets = opened([{ name: 'all', limitUsd: 10, period: 'day', action: 'block' }]);
    const admitted = Array.from({ length: 1000 }, () => admit(budgets, 'ann', spend(USD / 10n))).filter(
      (admission) => admission && !('error' in admission),
    );
    assert.equal(admitted.length, 100);
    assert.deepEqual(await spentBy(budgets, 'ann'), [{ budget: 'all', spent: 0, reserved: 10 }]);
  });

  test('whatever happens in whatever order: nothing leaks, no limit is passed, and spent is the sum of what was settled', () => {
    const seed = 1;
    const call = fc.record({
      user: fc.constantFrom('a1', 'a2', 'b1'),
      most: fc.bigInt({ min: 0n, max: USD }),
      /** In thousandths of the most. */
      share: fc.integer({ min: 0, max: 1000 }),
      tokens: fc.nat(1000),
      /** How many other calls begin before it ends. */
      lasts: fc.nat(50),
      settledTwice: fc.boolean(),
    });
    fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 300 }), async (calls) => {
        const limits = { user: 5, team: 8, tokens: 20_000 };
        const budgets = opened([
          { name: 'user', limitUsd: limits.user, period: 'day', per: ['user'], action: 'block' },
          { name: 'team', limitUsd: limits.team, period: 'day', per: ['team'], action: 'block' },
          { name: 'tokens', limitTokens: limits.tokens, period: 'day', action: 'block' },
          { name: 'seen', limitUsd: 1, period: 'day' },
        ]);
        const settled = new Map<string, bigint>();
        const under = new Map<number, (() => void)[]>();
        for (const [index, { user, most, share, tokens, lasts, settledTwice }] of calls.entries()) {
          for (const end of under.get(index) ?? []) end();
          const admission = admit(budgets, user, spend(most, tokens));
          assert.ok(admission);
          if ('error' in admission) continue;
          const real = (most * BigInt(share)) / 1000n;
          const end = () => {
            for (let n = settledTwice ? 2 : 1; n > 0; n--)
              admission.settle(spend(real, Math.floor((tokens * share) / 1000)));
            settled.set(user, (settled.get(user) ?? 0n) + real);
          };
          const at = index + 1 + lasts;
          under.set(at, [...(under.get(at) ?? []), end]);
          for (const { budget, spent, reserved } of await spentBy(budgets, user)) {
            const limit = limits[budget as keyof typeof limits];
            if (limit !== undefined)
              assert.ok(spent + reserved <= limit + 1e-9, `${budget}: ${spent} + ${reserved}`);
          }
        }
        for (const [at, ends] of under) if (at >= calls.length) for (const end of ends) end();
        for (const user of ['a1', 'a2', 'b1']) {
          const [own, team, tokens, seen] = await spentBy(budgets, user);
          const exact = (...users: string[]) =>
            users.reduce((sum, name) => sum + (settled.get(name) ?? 0n), 0n);
          assert.equal(own?.spent, Number(exact(user)) / 1e12);
          assert.equal(team?.spent, Number(user === 'b1' ? exact('b1') : exact('a1', 'a2')) / 1e12);
          assert.equal(seen?.spent, Number(exact('a1', 'a2', 'b1')) / 1e12);
          for (const budget of [own, team, tokens, seen]) assert.equal(budget?.reserved, 0);
        }
      }),
      { numRuns: 30, seed },
    );
  });

  test('a call that ends in the next period counts in the one in which it began', async () => {
    let time = Date.parse('2026-11-22T23:59:59Z');
    const budgets = opened([{ name: 'day', limitUsd: 1, period: 'day', action: 'block' }], () => time);
    const late = admit(budgets, 'ann', spend(USD));
    assert.ok(late && !('error' in late));
    assert.ok('error' in (admit(budgets, 'ann', spend(1n)) ?? {}));
    time += 2000;
    assert.ok(!('error' in (admit(budgets, 'ann', spend(USD)) ?? {})), 'a new day');
    late.settle(spend(USD));
    assert.deepEqual(await spentBy(budgets, 'ann'), [{ budget: 'day', spent: 0, reserved: 1 }]);
  });

  test('spending leaves a moving window after its time', async () => {
    let time = Date.parse('2026-11-22T10:00:00Z');
    const budgets = opened(
      [{ name: 'hour', limitUsd: 1, period: { rollingSeconds: 3600 }, action: 'block' }],
      () => time,
    );
    const first = admit(budgets, 'ann', spend(USD));
    assert.ok(first && !('error' in first));
    first.settle(spend(USD));
    time += 59 * 60_000;
    assert.ok('error' in (admit(budgets, 'ann', spend(1n)) ?? {}));
    time += 2 * 60_000;
    assert.ok(!('error' in (admit(budgets, 'ann', spend(USD)) ?? {})));
  });

  test('a call that outlasts its window keeps what was set aside for it, and is spent when it ends', async () => {
    let time = Date.parse('2026-11-22T10:00:00Z');
    const budgets = opened(
      [{ name: 'minute', limitUsd: 1, period: { rollingSeconds: 60 }, action: 'block' }],
      () => time,
    );
    const call = admit(budgets, 'ann', spend(USD));
    assert.ok(call && !('error' in call));
    time += 90_000;
    assert.deepEqual(await spentBy(budgets, 'ann'), [{ budget: 'minute', spent: 0, reserved: 1 }]);
    assert.ok('error' in (admit(budgets, 'ann', spend(1n)) ?? {}));
    call.settle(spend(USD));
    assert.deepEqual(await spentBy(budgets, 'ann'), [{ budget: 'minute', spent: 1, reserved: 0 }]);
    assert.ok('error' in (admit(budgets, 'ann', spend(1n)) ?? {}));
  });

  test('thresholds of a moving window are told of once in its length', () => {
    const crossed: number[] = [];
    let time = Date.parse('2026-11-22T10:00:00Z');
    const store = new SteadyStore(new MemoryStore(), {
      timeoutMs: 50,
      failOpen: true,
      onFailure: () => assert.fail(),
    });
    const budgets = new Budgets({
      budgets: [{ name: 'x', limitUsd: 10, period: { rollingSeconds: 3600 }, thresholds: [0.5] }],
      store,
      reservationSeconds: 600,
      events: { crossed: ({ threshold }) => crossed.push(threshold), unpriced() {}, labels: () => ({}) },
      now: () => time,
    });
    for (let minute = 0; minute < 119; minute++) {
      budgets.charge({}, spend(USD / 10n));
      time += 60_000;
    }
    assert.deepEqual(crossed, [0.5]);
  });

  test('another unit, or other scopes, under a name: other sums', async () => {
    const budgets = opened([{ name: 'x', limitUsd: 10, period: 'day', per: ['user'] }]);
    budgets.charge({ user: 'ann', team: 'ann' }, spend(USD, 7));
    budgets.replace([{ name: 'x', limitTokens: 10, period: 'day', per: ['team'] }]);
    const [status] = await budgets.status({ user: 'ann', team: 'ann' });
    assert.equal(status?.spent, 0);
  });

  test('a limit that is raised is told of again when it is crossed again', () => {
    const crossed: number[] = [];
    const store = new SteadyStore(new MemoryStore(), {
      timeoutMs: 50,
      failOpen: true,
      onFailure: () => assert.fail(),
    });
    const budget: Budget = { name: 'x', limitUsd: 10, period: 'day', thresholds: [0.5, 1] };
    const budgets = new Budgets({
      budgets: [budget],
      store,
      reservationSeconds: 600,
      events: { crossed: ({ threshold }) => crossed.push(threshold), unpriced() {}, labels: () => ({}) },
    });
    const charge = (usd: bigint) => budgets.charge({ user: 'ann' }, spend(usd * USD));
    charge(10n);
    charge(1n);
    assert.deepEqual(crossed, [0.5, 1]);
    budgets.replace([{ ...budget, limitUsd: 20 }]);
    charge(1n);
    assert.deepEqual(crossed, [0.5, 1], 'half of 20 is still crossed, and was told of');
    charge(8n);
    assert.deepEqual(crossed, [0.5, 1, 1]);
  });

  test('a limit that is raised while a call is under way: its thresholds are the new ones', () => {
    const told: [threshold: number, limit: number][] = [];
    for (const period of ['day', { rollingSeconds: 3600 }] as const) {
      const budget: Budget = { name: 'x', limitUsd: 10, period, thresholds: [0.5, 0.8] };
      const budgets = withEvents([budget], ({ threshold, limit }) => told.push([threshold, limit]));
      budgets.charge({}, spend(9n * USD));
      assert.deepEqual(told.splice(0), [
        [0.5, 10],
        [0.8, 10],
      ]);
      const call = admit(budgets, 'ann', spend(USD));
      assert.ok(call && !('error' in call));
      budgets.replace([{ ...budget, limitUsd: 100 }]);
      call.settle(spend(USD));
      assert.deepEqual(told, []);
      budgets.charge({}, spend(80n * USD));
      assert.deepEqual(told.splice(0), [
        [0.5, 100],
        [0.8, 100],
      ]);
    }
  });

  test('what failed is no reason to set aside less', async () => {
    const budgets = opened([{ name: 'x', limitUsd: 1, period: 'day', action: 'block', reserve: 'average' }]);
    for (let n = 0; n < 200; n++) {
      const failed = admit(budgets, 'ann', spend(USD / 10n));
      assert.ok(failed && !('error' in failed));
      failed.settle(spend(0n));
    }
    const admitted = Array.from({ length: 100 }, () => admit(budgets, 'ann', spend(USD / 10n)));
    assert.equal(
      admitted.filter((one) => one && !('error' in one)).length,
      20,
      'half of the most, as at first',
    );
  });

  test('another period under a name: other sums', async () => {
    const budgets = opened([{ name: 'x', limitUsd: 10, period: { rollingSeconds: 3600 } }]);
    budgets.charge({}, spend(USD));
    budgets.replace([{ name: 'x', limitUsd: 10, period: { rollingSeconds: 7200 } }]);
    assert.equal((await budgets.status({}))[0]?.spent, 0);
  });

  test('ten times 0.05 is half of 1: thresholds are compared exactly', () => {
    const crossed: number[] = [];
    const store = new SteadyStore(new MemoryStore(), {
      timeoutMs: 50,
      failOpen: true,
      onFailure: () => assert.fail(),
    });
    const budgets = new Budgets({
      budgets: [{ name: 'x', limitUsd: 1, period: 'day', thresholds: [0.5, 0.8, 1] }],
      store,
      reservationSeconds: 600,
      events: { crossed: ({ threshold }) => crossed.push(threshold), unpriced() {}, labels: () => ({}) },
    });
    for (let n = 0; n < 16; n++) budgets.charge({}, spend(USD / 20n));
    assert.deepEqual(crossed, [0.5, 0.8]);
  });
});
