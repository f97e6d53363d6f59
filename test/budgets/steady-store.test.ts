import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SteadyStore } from '../../src/budgets/steady-store.ts';
import { MemoryStore } from '../../src/budgets/stores/memory.ts';
import type { Charge, Charged, Claim } from '../../src/budgets/stores/types.ts';

const period = { start: 0, end: 1, until: 1 };
const account = { budget: 'x', scope: '', period, counted: [period] };
const claim = (amount: bigint): Claim => ({ ...account, amount, limit: 100n });
const charge = (spent: bigint): Charge => ({
  ...account,
  spent,
  reserved: 0n,
  reservedIn: period,
  thresholds: [5n],
});

/** A store that answers, or not, as it is told. */
function steady(failOpen = true) {
  const memory = new MemoryStore();
  const state = { isAway: false, asked: 0, failures: 0 };
  const ask = <T>(work: () => T): T => {
    state.asked++;
    if (state.isAway) throw new Error('away');
    return work();
  };
  const store = new SteadyStore(
    {
      isShared: true,
      reserve: (id, claims) => ask(() => memory.reserve(id, claims)),
      settle: (id, charges) => ask(() => memory.settle(id, charges)),
      read: (accounts) => memory.read(accounts),
      scopes: () => [],
      rearm() {},
      close() {},
    },
    { timeoutMs: 50, failOpen, onFailure: () => state.failures++ },
  );
  const spent = () => memory.read([account])[0]?.spent;
  return { store, state, spent };
}

describe('a store that comes and goes', () => {
  test('is told before the end, also within the second in which it is left alone', async () => {
    const { store, state, spent } = steady();
    state.isAway = true;
    store.settle('a', [charge(1n)], () => {});
    store.settle('b', [charge(2n)], () => {});
    assert.equal(state.failures, 1, 'it is left alone after the first failure');
    state.isAway = false;
    await store.flush();
    assert.equal(spent(), 3n);
  });

  test('thresholds that were crossed while it was away are told of when it is back', async () => {
    const { store, state } = steady();
    const told: (readonly Charged[])[] = [];
    state.isAway = true;
    store.settle('a', [charge(7n)], (charged) => told.push(charged));
    assert.deepEqual(told, []);
    state.isAway = false;
    await store.flush();
    assert.deepEqual(told, [[{ spent: 7n, reserved: 0n, crossed: [0] }]]);
  });

  test('calls that are refused while it is left alone take no place from what was spent', async () => {
    const { store, state, spent } = steady(false);
    state.isAway = true;
    for (let call = 0; call < 10_010; call++) {
      const refused = store.reserve(`refused ${call}`, [claim(1n)], 1000);
      assert.ok(refused && 'why' in refused);
    }
    store.settle('a', [charge(90n)], () => {});
    state.isAway = false;
    await store.flush();
    assert.equal(spent(), 90n);
  });

  test('one that stays away is asked once at the end, and not for each call', async () => {
    const { store, state } = steady();
    state.isAway = true;
    for (let call = 0; call < 100; call++) store.settle(`${call}`, [charge(1n)], () => {});
    const { asked } = state;
    await store.flush();
    assert.equal(state.asked, asked + 1);
  });

  test('what it is told about, and fails, harms nobody', async () => {
    const { store } = steady();
    assert.throws(() =>
      store.settle('a', [charge(7n)], () => {
        throw new Error('told');
      }),
    );
  });
});
