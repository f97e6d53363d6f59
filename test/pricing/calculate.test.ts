import assert from 'node:assert/strict';
import test from 'node:test';
import { calculateCost, tableVersion } from '../../src/pricing/index.ts';

test('the example of the seed documents: 1,000 tokens in and 500 out of gpt-4.1 cost $0.006', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
  assert.deepEqual(calculateCost({ provider: 'openai', model: 'gpt-4.1', usage }), {
    totalUsd: 0.006,
    byClass: { input: 0.002, output: 0.004 },
    tableVersion,
    model: 'gpt-4.1',
    confidence: 'exact',
  });
});

test('usage of the responses API, with cached tokens and reasoning', () => {
  const usage = {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 600, cache_write_tokens: 0 },
    output_tokens: 200,
    output_tokens_details: { reasoning_tokens: 150 },
    total_tokens: 1200,
  };
  const cost = calculateCost({ provider: 'openai', model: 'gpt-4.1-mini', usage });
  assert.deepEqual(cost?.byClass, { input: 0.00016, cacheRead: 0.00006, output: 0.00032 });
  assert.equal(cost?.totalUsd, 0.00054);
});

test('usage of embeddings', () => {
  const usage = { prompt_tokens: 3, total_tokens: 3 };
  assert.equal(calculateCost({ provider: 'openai', model: 'text-embedding-3-small', usage })?.totalUsd, 6e-8);
});

test("Anthropic's usage, whose input excludes cached tokens", () => {
  const usage = {
    input_tokens: 100,
    cache_read_input_tokens: 1000,
    cache_creation_input_tokens: 300,
    cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
    output_tokens: 10,
    server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
    service_tier: 'standard',
  };
  const cost = calculateCost({ provider: 'anthropic', model: 'claude-sonnet-4-5-20250929', usage });
  assert.equal(cost?.totalUsd, 0.0121);
  assert.equal(cost?.byClass.serverTools, 0.01);
  assert.equal(cost?.confidence, 'alias');
});

test('the tier comes from the response, or from a batch', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 1000 };
  const total = (options: object) =>
    calculateCost({ provider: 'openai', model: 'gpt-5.5', usage, ...options })?.totalUsd;
  assert.equal(total({}), 0.035);
  assert.equal(total({ serviceTier: null }), 0.035);
  assert.equal(total({ serviceTier: 'default' }), 0.035);
  assert.equal(total({ serviceTier: 'priority' }), 0.0875);
  assert.equal(total({ batch: true }), 0.0175);
  assert.equal(total({ batch: false, serviceTier: 'flex' }), 0.0175);
  assert.equal(total({ serviceTier: 'scale' }), undefined);
});

test('the date of the call picks the price', () => {
  const usage = { input_tokens: 1000, output_tokens: 1000 };
  const total = (at: Date) =>
    calculateCost({ provider: 'openai', model: 'gpt-5.6-sol', usage, at })?.totalUsd;
  assert.equal(total(new Date('2026-08-01')), 0.035);
  assert.equal(total(new Date('2026-09-01')), 0.024);
});

test('undefined, and no exception, when there is no price to give', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1 };
  assert.equal(calculateCost({ provider: 'openai', model: 'gpt-99', usage }), undefined);
  assert.equal(calculateCost({ provider: 'anthropic', model: 'gpt-4.1', usage }), undefined);
  for (const bad of [undefined, null, 'usage', {}, [], { prompt_tokens: -1 }, { prompt_tokens: 'many' }]) {
    assert.equal(calculateCost({ provider: 'openai', model: 'gpt-4.1', usage: bad }), undefined);
  }
});

test('prices of your own', () => {
  const call = {
    provider: 'openai',
    model: 'acme',
    usage: { prompt_tokens: 1000, completion_tokens: 0 },
  } as const;
  assert.equal(calculateCost(call), undefined);
  const prices = { models: { acme: { input: 1.5, output: 6 } } };
  assert.equal(calculateCost({ ...call, prices })?.totalUsd, 0.0015);
  const ofMeter = { ...prices, refresh: { from: 'x' } };
  assert.equal(calculateCost({ ...call, prices: ofMeter })?.totalUsd, 0.0015);
  const wrong = { models: { acme: { input: -1 } } };
  assert.throws(() => calculateCost({ ...call, prices: wrong }), {
    name: 'ConfigError',
    message: /models\.acme\.input/,
  });
});
