/** What one calculation of a cost takes, in CPU time, beside the sum in floating point that it replaces. */
import { calculateCost } from 'tokenmeter/pricing';
import { priceCall } from '../dist/pricing/price.js';
import { readUsage } from '../dist/providers/index.js';

const raw = { prompt_tokens: 1000, completion_tokens: 200, prompt_tokens_details: { cached_tokens: 400 } };
const model = 'gpt-4.1-2025-04-14';
const usage = readUsage('openai', raw);
if (usage === undefined) throw new Error('the usage cannot be read');
const call = { provider: 'openai', model: [model], usage, at: new Date() };

const CALLS = 100_000;
const ROUNDS = 20;
let sink: unknown;

function nanoseconds(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let index = 0; index < CALLS; index++) sink = run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / CALLS);
  }
  return least;
}

const rows = {
  'a sum in floating point, rates at hand': () => (600 * 2 + 400 * 0.5 + 200 * 8) / 1e6 + Number(sink === 0),
  'match, price of the day, exact cost': () => priceCall(call),
  'calculateCost: the same from the raw usage, in USD': () =>
    calculateCost({ provider: 'openai', model, usage: raw }),
};
console.table(
  Object.fromEntries(Object.entries(rows).map(([name, run]) => [name, { ns: nanoseconds(run).toFixed(0) }])),
);
