import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { readAnthropicUsage } from '../../src/providers/anthropic/usage.ts';

const AT = new Date('2026-11-22T00:00:00Z');
const TOTALS = { input_tokens: 1000, output_tokens: 100 };

/** In pico-dollars, or why that is not known. */
function cost(raw: object, model = 'claude-sonnet-4-6'): bigint | string {
  const usage = readAnthropicUsage(raw);
  if (usage === undefined) return 'invalid usage';
  const call = priceCall({ provider: 'anthropic', model: [model], usage, at: AT });
  return isUnpriced(call) ? call.reason : call.picoUsd;
}

const ANSWER = { type: 'message', model: null, ...TOTALS };
const ANSWER_COST = 4_500_000_000n;

describe('iterations that cannot be true have no price, and the totals are counted', () => {
  for (const iterations of [
    [null],
    [{}],
    ['x'],
    'x',
    {},
    [{ ...TOTALS }],
    [{ ...ANSWER, type: 'dream' }],
    [ANSWER, { ...ANSWER, type: 'dream' }],
    [{ type: 'message' }],
    [{ ...ANSWER, output_tokens: -100 }],
    [{ ...ANSWER, input_tokens: undefined }],
    [{ ...ANSWER, output_tokens: 99 }],
    [{ ...ANSWER, input_tokens: 999 }],
    [{ ...ANSWER, type: 'compaction' }],
    Array(10_001).fill(ANSWER),
  ]) {
    test(JSON.stringify(iterations).slice(0, 100), () => {
      assert.equal(cost({ ...TOTALS, iterations }), 'unclear:iterations');
      assert.equal(readAnthropicUsage({ ...TOTALS, iterations })?.input.total, 1000);
    });
  }
});

describe('iterations that add up', () => {
  test('none are as if there was no list', () => {
    assert.equal(cost({ ...TOTALS, iterations: [] }), ANSWER_COST);
    assert.equal(cost({ ...TOTALS, iterations: null }), ANSWER_COST);
    assert.equal(cost({ ...TOTALS, iterations: [ANSWER] }), ANSWER_COST);
  });

  test('with an advisor, the totals have the input of the first one only', () => {
    const advisor = {
      type: 'advisor_message',
      model: 'claude-opus-5',
      input_tokens: 823,
      output_tokens: 1612,
    };
    const iterations = [
      { type: 'message', input_tokens: 412, output_tokens: 89 },
      advisor,
      { type: 'message', input_tokens: 1348, cache_read_input_tokens: 412, output_tokens: 442 },
    ];
    assert.equal(
      cost({ input_tokens: 412, cache_read_input_tokens: 0, output_tokens: 531, iterations }),
      (412n + 1348n) * 3_000_000n +
        412n * 300_000n +
        531n * 15_000_000n +
        823n * 5_000_000n +
        1612n * 25_000_000n,
    );
  });

  test('each tells its own writes to the cache, of which the totals tell the first one’s', () => {
    const hour = (tokens: number) => ({
      ...ANSWER,
      cache_creation_input_tokens: tokens,
      cache_creation: { ephemeral_1h_input_tokens: tokens, ephemeral_5m_input_tokens: 0 },
    });
    const raw = {
      input_tokens: 2000,
      output_tokens: 200,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_1h_input_tokens: 100, ephemeral_5m_input_tokens: 0 },
      iterations: [hour(100), hour(200)],
    };
    assert.equal(cost(raw), 2n * ANSWER_COST + 300n * 6_000_000n);
  });

  test('after a fallback, the totals are those of the model that served', () => {
    const declined = { type: 'message', model: 'claude-fable-5', input_tokens: 500, output_tokens: 20 };
    const served = { type: 'fallback_message', model: 'claude-opus-5', ...TOTALS };
    assert.equal(
      cost({ ...TOTALS, iterations: [declined, served] }, 'claude-opus-5'),
      1000n * 5_000_000n + 100n * 25_000_000n + 500n * 10_000_000n + 20n * 50_000_000n,
    );
    // Whether that is charged depends on why it was declined.
    const silent = { ...declined, output_tokens: 0 };
    assert.equal(
      cost({ ...TOTALS, iterations: [silent, served] }, 'claude-opus-5'),
      'unclear:declined_attempt',
    );
  });

  test('a redeemed credit holds for each of them', () => {
    const written = { input_tokens: 100, cache_creation_input_tokens: 10_000, output_tokens: 0 };
    const raw = {
      ...written,
      fallback_credit: { status: { type: 'redeemed' } },
      iterations: [
        { type: 'message', ...written },
        { type: 'compaction', input_tokens: 0, output_tokens: 0 },
      ],
    };
    assert.equal(cost(raw), 3_300_000_000n);
  });

  test('an advisor that cannot be had at the speed of the call works at its own', () => {
    const advisor = { type: 'advisor_message', model: 'claude-sonnet-4-6', ...TOTALS };
    const fast = { ...TOTALS, speed: 'fast', iterations: [ANSWER, advisor] };
    assert.equal(cost(fast, 'claude-opus-4-6'), 6n * (5_000_000_000n + 2_500_000_000n) + ANSWER_COST);
    assert.equal(cost(fast, 'claude-sonnet-4-6'), 'tier:fast');
  });

  test('searches are charged once, with the answer', () => {
    const advisor = { type: 'advisor_message', model: 'claude-opus-4-6', ...TOTALS };
    const raw = { ...TOTALS, server_tool_use: { web_search_requests: 1 }, iterations: [advisor, ANSWER] };
    assert.equal(cost(raw), ANSWER_COST + 7_500_000_000n + 10_000_000_000n);
  });
});
