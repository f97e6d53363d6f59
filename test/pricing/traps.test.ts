/**
 * The nineteen ways in which others get the cost of a call wrong. Each row has the usage as the provider
 * sends it, the right amount in pico-dollars, and the wrong one that the mistake gives.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateUsage } from '../../src/calls/estimate.ts';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { message } from '../../src/providers/anthropic/response.ts';
import { readUsage } from '../../src/providers/index.ts';
import { completion, response } from '../../src/providers/openai/response.ts';
import type { Usage } from '../../src/usage.ts';

const NOW = new Date('2026-11-22T00:00:00Z');

function cost(provider: string, model: string, usage: Usage | undefined, at = NOW): bigint | string {
  if (usage === undefined) return 'no usage';
  const call = priceCall({ provider, model: [model], usage, at });
  return isUnpriced(call) ? call.reason : call.picoUsd;
}

const openai = (model: string, usage: object, at?: Date) =>
  cost('openai', model, readUsage('openai', usage), at);
const claude = (model: string, usage: object) => cost('anthropic', model, readUsage('anthropic', usage));

/** Dollars, of which a millionth is a whole number of pico-dollars. */
const usd = (dollars: number) => BigInt(Math.round(dollars * 1e9)) * 1000n;

interface Trap {
  readonly name: string;
  readonly cost: () => bigint | string;
  readonly right: bigint | string;
  readonly wrong: bigint;
  readonly mistake: string;
}

const cached = { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 800 } };
const thinking = { output_tokens: 500, output_tokens_details: { thinking_tokens: 400 } };
const M = 1_000_000;

const traps: readonly Trap[] = [
  {
    name: "1. OpenAI's input includes cached tokens",
    cost: () => openai('gpt-4.1', cached),
    right: usd(200 * 2e-6 + 800 * 0.5e-6 + 100 * 8e-6),
    wrong: usd(1000 * 2e-6 + 800 * 0.5e-6 + 100 * 8e-6),
    mistake: 'cached tokens are charged twice',
  },
  {
    name: "1. Anthropic's input excludes them",
    cost: () =>
      claude('claude-sonnet-5-5', { input_tokens: 200, cache_read_input_tokens: 800, output_tokens: 0 }),
    right: usd(200 * 2e-6 + 800 * 0.1e-6),
    wrong: usd(0),
    mistake: 'taken out of the input, they leave less than nothing',
  },
  {
    name: '2. a cache read is no tenth of the input',
    cost: () => claude('claude-opus-5-5', { input_tokens: 0, cache_read_input_tokens: M, output_tokens: 0 }),
    right: usd(0.2),
    wrong: usd(0.4),
    mistake: 'derived: a tenth of $4',
  },
  {
    name: '3. thinking is inside the output',
    cost: () => claude('claude-sonnet-4-5', { input_tokens: 0, ...thinking }),
    right: usd(500 * 15e-6),
    wrong: usd(900 * 15e-6),
    mistake: 'thinking is added',
  },
  {
    name: '4. OpenAI charges cache writes',
    cost: () =>
      openai('gpt-5.6-sol', {
        input_tokens: 1000,
        output_tokens: 0,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 1000 },
      }),
    right: usd(1000 * 4e-6 * 1.25),
    wrong: usd(1000 * 4e-6),
    mistake: 'written at the price of input',
  },
  {
    name: '5. long context is a cliff on the whole call',
    cost: () => openai('gpt-5.4', { input_tokens: 300_000, output_tokens: 1000 }),
    right: usd(300_000 * 5e-6 + 1000 * 22.5e-6),
    wrong: usd(272_000 * 2.5e-6 + 28_000 * 5e-6 + 1000 * 15e-6),
    mistake: 'only the tokens above the threshold cost more',
  },
  {
    name: '5. strictly above the threshold',
    cost: () => openai('gpt-5.4', { input_tokens: 272_000, output_tokens: 0 }),
    right: usd(272_000 * 2.5e-6),
    wrong: usd(272_000 * 5e-6),
    mistake: 'from the threshold on',
  },
  {
    name: '6. the tier is that of the response',
    cost: () => cost('openai', 'gpt-5.5', completion({ usage: cached, service_tier: 'default' })?.usage),
    right: usd(200 * 5e-6 + 800 * 0.5e-6 + 100 * 30e-6),
    wrong: usd(200 * 12.5e-6 + 800 * 1.25e-6 + 100 * 75e-6),
    mistake: 'priority was asked for, and not given',
  },
  {
    name: '6. priority is no flat factor',
    cost: () =>
      cost(
        'openai',
        'gpt-5.5',
        completion({ usage: { ...cached, prompt_tokens_details: {} }, service_tier: 'priority' })?.usage,
      ),
    right: usd(1000 * 12.5e-6 + 100 * 75e-6),
    wrong: usd(1000 * 10e-6 + 100 * 60e-6),
    mistake: 'twice the standard price',
  },
  {
    name: '7. fast mode',
    cost: () => claude('claude-opus-4-6', { input_tokens: 1000, output_tokens: 100, speed: 'fast' }),
    right: usd(6 * (1000 * 5e-6 + 100 * 25e-6)),
    wrong: usd(1000 * 5e-6 + 100 * 25e-6),
    mistake: 'the speed is not looked at',
  },
  {
    name: '7. a batch halves tokens, and no search fees',
    cost: () =>
      claude('claude-sonnet-4-5', {
        input_tokens: 1000,
        output_tokens: 100,
        service_tier: 'batch',
        server_tool_use: { web_search_requests: 2 },
      }),
    right: usd((1000 * 3e-6 + 100 * 15e-6) / 2 + 0.02),
    wrong: usd((1000 * 3e-6 + 100 * 15e-6 + 0.02) / 2),
    mistake: 'half of everything',
  },
  {
    name: '8. inference in the US',
    cost: () => claude('claude-sonnet-4-6', { input_tokens: 1000, output_tokens: 100, inference_geo: 'us' }),
    right: usd(1.1 * (1000 * 3e-6 + 100 * 15e-6)),
    wrong: usd(1000 * 3e-6 + 100 * 15e-6),
    mistake: 'the region is not looked at',
  },
  {
    name: '9. searches come on top',
    cost: () =>
      cost(
        'openai',
        'gpt-4.1',
        response({
          usage: { input_tokens: 1000, output_tokens: 100 },
          output: [
            { type: 'web_search_call', action: { type: 'search' } },
            { type: 'web_search_call', action: { type: 'open_page' } },
            { type: 'file_search_call', status: 'completed', queries: [] },
          ],
        })?.usage,
      ),
    right: usd(1000 * 2e-6 + 100 * 8e-6 + 0.01 + 0.0025),
    wrong: usd(1000 * 2e-6 + 100 * 8e-6),
    mistake: 'tokens only',
  },
  {
    name: '10. iterations: a compaction is not in the totals, an advisor is another model',
    cost: () =>
      claude('claude-sonnet-4-6', {
        input_tokens: 1000,
        output_tokens: 100,
        iterations: [
          { type: 'compaction', input_tokens: 150_000, output_tokens: 2000 },
          { type: 'message', model: null, input_tokens: 1000, output_tokens: 100 },
          { type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 500, output_tokens: 50 },
        ],
      }),
    right: usd(151_000 * 3e-6 + 2100 * 15e-6 + 500 * 5e-6 + 50 * 25e-6),
    wrong: usd(1000 * 3e-6 + 100 * 15e-6),
    mistake: 'only the totals',
  },
  {
    name: '11. a redeemed credit: writes at the price of reads',
    cost: () =>
      claude('claude-sonnet-4-6', {
        input_tokens: 100,
        cache_creation_input_tokens: 10_000,
        output_tokens: 0,
        fallback_credit: { status: { type: 'redeemed' } },
      }),
    right: usd(100 * 3e-6 + 10_000 * 0.3e-6),
    wrong: usd(100 * 3e-6 + 10_000 * 3.75e-6),
    mistake: 'charged as writes',
  },
  {
    name: '12. the customer of a user profile pays',
    cost: () =>
      cost(
        'anthropic',
        'claude-sonnet-4-6',
        message(
          { usage: { input_tokens: 1000, output_tokens: 100 } },
          { billing_policy: { type: 'billing_policy', bill_to: 'user_profile' } },
        )?.usage,
      ),
    right: 0n,
    wrong: usd(1000 * 3e-6 + 100 * 15e-6),
    mistake: 'charged to you',
  },
  {
    name: '13. prices have dates',
    cost: () =>
      openai('gpt-5.6-sol', { input_tokens: 1000, output_tokens: 100 }, new Date('2026-08-20T23:59:59Z')),
    right: usd(1000 * 5e-6 + 100 * 30e-6),
    wrong: usd(1000 * 4e-6 + 100 * 20e-6),
    mistake: "today's price for a call of yesterday",
  },
  {
    name: '14. a stream that was cut is estimated, not free',
    cost: () => {
      const written = Object.assign(Object.create(null), { tokens: 50 });
      return cost('openai', 'gpt-4.1', estimateUsage(undefined, ['x'.repeat(400)], written));
    },
    // 400 characters are 100 tokens, and the conversation itself takes 3.
    right: usd(103 * 2e-6 + 50 * 8e-6),
    wrong: 0n,
    mistake: 'no usage, no cost',
  },
  {
    name: '15. audio has rates of its own',
    cost: () =>
      openai('gpt-realtime', {
        input_tokens: 100,
        output_tokens: 50,
        input_token_details: { audio_tokens: 70 },
        output_token_details: { audio_tokens: 30 },
      }),
    right: usd(30 * 4e-6 + 70 * 32e-6 + 20 * 16e-6 + 30 * 64e-6),
    wrong: usd(100 * 4e-6 + 50 * 16e-6),
    mistake: 'charged as text',
  },
  {
    name: '16. fine-tuned models cost more than their base',
    cost: () => openai('ft:gpt-4o-mini-2024-07-18:org::id', { prompt_tokens: 1000, completion_tokens: 100 }),
    right: usd(1000 * 0.3e-6 + 100 * 1.2e-6),
    wrong: usd(1000 * 0.15e-6 + 100 * 0.6e-6),
    mistake: 'at the price of the base',
  },
  {
    name: '17. a million small embeddings',
    cost: () => {
      let sum = 0n;
      for (let call = 0; call < M; call++) {
        sum += BigInt(openai('text-embedding-3-small', { prompt_tokens: 3, total_tokens: 3 }));
      }
      return sum;
    },
    right: usd(M * 3 * 0.02e-6),
    wrong: 0n,
    mistake: 'each rounded to six decimals',
  },
  {
    name: '18. an unknown model has no cost',
    cost: () => openai('gpt-99', { prompt_tokens: 1000, completion_tokens: 100 }),
    right: 'unknown_model',
    wrong: 0n,
    mistake: 'free of charge',
  },
  {
    name: '19. a name is no prefix of another',
    cost: () =>
      claude('claude-sonnet-5-5', { input_tokens: 0, cache_read_input_tokens: M, output_tokens: 0 }),
    right: usd(0.1),
    wrong: usd(0.2),
    mistake: 'the price of claude-sonnet-5',
  },
];

describe('traps', () => {
  for (const { name, cost, right, wrong, mistake } of traps) {
    test(`${name} (others: ${mistake})`, () => {
      const found = cost();
      assert.equal(found, right);
      assert.notEqual(found, wrong);
    });
  }
});
