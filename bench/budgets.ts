/** What budgets cost: to check and reserve, in memory by scope, and when a period begins anew. */
import { Budgets } from '../src/budgets/budgets.ts';
import { SteadyStore } from '../src/budgets/steady-store.ts';
import { MemoryStore } from '../src/budgets/stores/memory.ts';
import type { Budget } from '../src/budgets/types.ts';

if (!globalThis.gc) throw new Error('run with --expose-gc: npm run bench:budgets');
const { gc } = globalThis;
const SCOPES = 100_000;
const CALLS = 200_000;
const ROUNDS = 5;
const HOUR = 3_600_000;

const users = Array.from({ length: SCOPES }, (_, n) => `user-${n}`);
const most = { picoUsd: 3_000_000_000n, tokens: 1500, requests: 1 };
const real = { picoUsd: 1_800_000_000n, tokens: 1050, requests: 1 };
const ten: Budget[] = Array.from({ length: 10 }, (_, n) => ({
  name: `budget ${n}`,
  limitUsd: 1_000_000,
  period: 'hour',
  action: 'block',
  // One for each user, the others for all of them, some for certain models only.
  ...(n === 0 && { per: ['user'] }),
  ...(n > 6 && { match: { model: 'gpt-*' } }),
}));

let time = Date.parse('2026-11-22T10:00:00Z');
function opened(budgets: readonly Budget[]): Budgets {
  return new Budgets({
    budgets,
    store: new SteadyStore(new MemoryStore(), { timeoutMs: 50, failOpen: true, onFailure() {} }),
    reservationSeconds: 600,
    events: { crossed() {}, unpriced() {}, labels: () => undefined },
    now: () => time,
  });
}

function call(budgets: Budgets, n: number) {
  return budgets.admit({ user: users[n % SCOPES], model: 'gpt-4.1', provider: 'openai' }, () => most);
}

function microseconds(budgets: Budgets, settles: boolean): number {
  const start = process.cpuUsage();
  for (let n = 0; n < CALLS; n++) {
    const admission = call(budgets, n);
    if (settles && admission && 'settle' in admission) admission.settle(real);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / CALLS;
}

const best = (measure: () => number) => Math.min(...Array.from({ length: ROUNDS }, measure));

const budgets = opened(ten);
for (let n = 0; n < SCOPES; n++) call(budgets, n);
const reserve = best(() => microseconds(budgets, false));
const both = best(() => microseconds(budgets, true));
const one = opened(ten.slice(0, 1));
const single = best(() => microseconds(one, false));

gc();
const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
const kept = opened(ten.slice(0, 1));
for (let n = 0; n < SCOPES; n++) call(kept, n);
gc();
const bytes = (process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before) / SCOPES;

let longest = 0;
for (let hour = 0; hour < 5; hour++) {
  time += HOUR;
  for (let n = 0; n < 1000; n++) {
    const start = performance.now();
    call(kept, n);
    longest = Math.max(longest, performance.now() - start);
  }
}

console.table({
  'check and reserve, 10 budgets, 100,000 scopes': { measured: `${reserve.toFixed(2)} µs`, limit: '2 µs' },
  '… and settle': { measured: `${both.toFixed(2)} µs`, limit: '' },
  'check and reserve, 1 budget': { measured: `${single.toFixed(2)} µs`, limit: '' },
  'memory of a scope': { measured: `${bytes.toFixed(0)} bytes`, limit: '200 bytes' },
  'longest call when a period with 100,000 scopes ends': { measured: `${longest.toFixed(2)} ms`, limit: '' },
});
