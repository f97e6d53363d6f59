/**
 * One of several processes that spend from the same budgets, as fast as they can, with 20 calls at a time. It
 * prints a line for each call that was made, with what it cost in 1e-12 dollars; with HANG the last ones never end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { BudgetExceededError, startTokenmeter } from '../../src/index.ts';

const { STORE = '', CALLS = '100', HANG } = process.env;
const meter = startTokenmeter({
  prometheus: false,
  budgets: {
    budgets: [{ name: 'shared', limitUsd: 0.5, period: 'month', action: 'block' }],
    store: JSON.parse(STORE),
    storeTimeoutMs: 5000,
    onStoreFailure: 'failClosed',
    reservationSeconds: HANG === undefined ? 600 : 3,
  },
});
meter.instrumentation.manuallyInstrument(OpenAI);

// 500 tokens of output are the most: 0.004 dollars. They cost 1 to 500.
let seed = process.pid;
const openai = new OpenAI({
  apiKey: 'none',
  maxRetries: 0,
  fetch: async () => {
    await delay(HANG === undefined ? 1 : 60_000);
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Response.json({
      model: 'gpt-4.1',
      usage: { prompt_tokens: 1, completion_tokens: 1 + (seed % 500), total_tokens: 2 },
    });
  },
});

let left = Number(CALLS);
async function callAgainAndAgain(): Promise<void> {
  while (left-- > 0) {
    try {
      if (HANG !== undefined) console.log('sending');
      const { usage } = await openai.chat.completions.create({
        model: 'gpt-4.1',
        max_tokens: 500,
        service_tier: 'default',
        messages: [{ role: 'user', content: 'Hi' }],
      });
      console.log(`spent ${2_000_000 + (usage?.completion_tokens ?? 0) * 8_000_000}`);
    } catch (error) {
      if (!(error instanceof BudgetExceededError)) throw error;
      console.log(error.why === undefined ? 'refused' : `failed: ${error.why}`);
    }
  }
}
await Promise.all(Array.from({ length: 20 }, callAgainAndAgain));
await meter.shutdown();
console.log('done');
