import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAnthropicUsage } from '../../src/providers/anthropic/usage.ts';
import { readOpenAIUsage } from '../../src/providers/openai/usage.ts';

describe('OpenAI usage', () => {
  test('chat: cached and written tokens are inside the input, reasoning inside the output', () => {
    const raw = {
      prompt_tokens: 1000,
      completion_tokens: 300,
      total_tokens: 1300,
      prompt_tokens_details: {
        cached_tokens: 400,
        cache_write_tokens: 100,
        audio_tokens: 50,
        image_tokens: 20,
      },
      completion_tokens_details: { reasoning_tokens: 200, audio_tokens: 30 },
    };
    const usage = readOpenAIUsage(raw, { serviceTier: 'flex' });
    assert.deepEqual(usage, {
      input: {
        total: 1000,
        uncached: 500,
        cacheRead: 400,
        cacheWrite: 100,
        cacheWriteByLifetime: {},
        audio: 50,
        image: 20,
      },
      output: { total: 300, text: 270, reasoning: 200, audio: 30, image: 0 },
      serviceTier: 'flex',
      serverTools: {},
      raw,
    });
    assert.equal(usage?.raw, raw);
  });

  test('responses, with cache writes by lifetime', () => {
    const usage = readOpenAIUsage({
      input_tokens: 100,
      output_tokens: 10,
      input_tokens_details: {
        cached_tokens: 0,
        cache_write_tokens: 60,
        cache_write_tokens_details: { ttl_30m_tokens: 40, ttl_12h_tokens: 20 },
      },
    });
    assert.deepEqual(usage?.input.cacheWriteByLifetime, { '30m': 40, '12h': 20 });
    assert.equal(usage?.input.uncached, 40);
  });

  test('embeddings have no output', () => {
    const usage = readOpenAIUsage({ prompt_tokens: 8, total_tokens: 8 });
    assert.equal(usage?.input.total, 8);
    assert.equal(usage?.output.total, 0);
  });

  test('null details count as none', () => {
    const usage = readOpenAIUsage({
      prompt_tokens: 8,
      completion_tokens: 2,
      prompt_tokens_details: null,
      completion_tokens_details: { reasoning_tokens: null },
    });
    assert.equal(usage?.output.reasoning, 0);
  });

  test('a BigInt count is a count', () => {
    assert.equal(readOpenAIUsage({ prompt_tokens: 8n, completion_tokens: 2n })?.input.total, 8);
  });

  const impossible: Record<string, unknown> = {
    'no object': 'many',
    nothing: undefined,
    'no counts': {},
    'a negative count': { prompt_tokens: -1, completion_tokens: 1 },
    'a fraction': { prompt_tokens: 1.5, completion_tokens: 1 },
    'a string': { prompt_tokens: '10', completion_tokens: 1 },
    NaN: { prompt_tokens: Number.NaN, completion_tokens: 1 },
    'more than can be counted': { prompt_tokens: 1e21, completion_tokens: 1 },
    'more cached than read': { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 11 } },
    'more audio than read': { prompt_tokens: 10, prompt_tokens_details: { audio_tokens: 11 } },
    'more reasoning than written': {
      prompt_tokens: 1,
      completion_tokens: 1,
      completion_tokens_details: { reasoning_tokens: 2 },
    },
  };
  for (const [name, raw] of Object.entries(impossible)) {
    test(`is refused: ${name}`, () => assert.equal(readOpenAIUsage(raw), undefined));
  }
});

describe('Anthropic usage', () => {
  test('cache reads and writes come on top of input_tokens', () => {
    const raw = {
      input_tokens: 10,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 25,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 5 },
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 3 },
      service_tier: 'priority',
      speed: 'fast',
      inference_geo: 'us',
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    };
    assert.deepEqual(readAnthropicUsage(raw), {
      input: {
        total: 65,
        uncached: 10,
        cacheRead: 30,
        cacheWrite: 25,
        cacheWriteByLifetime: { '5m': 20, '1h': 5 },
        audio: 0,
        image: 0,
      },
      output: { total: 7, text: 7, reasoning: 3, audio: 0, image: 0 },
      serviceTier: 'priority',
      speed: 'fast',
      region: 'us',
      serverTools: { web_search: 2 },
      raw,
    });
  });

  test('old answers have no split of the writes', () => {
    const usage = readAnthropicUsage({ input_tokens: 1, cache_creation_input_tokens: 5, output_tokens: 1 });
    assert.equal(usage?.input.cacheWrite, 5);
    assert.deepEqual(usage?.input.cacheWriteByLifetime, {});
  });

  for (const raw of [null, [], {}, { input_tokens: -1 }, { input_tokens: '1', output_tokens: 1 }]) {
    test(`is refused: ${JSON.stringify(raw)}`, () => assert.equal(readAnthropicUsage(raw), undefined));
  }
});
