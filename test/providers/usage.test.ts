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
    'more than any call has': { prompt_tokens: 1e9 + 1, completion_tokens: 1 },
    'no output, and no sum that says so': { prompt_tokens: 10 },
    'no output, and a sum with some': { prompt_tokens: 10, total_tokens: 11 },
    'two inputs': { prompt_tokens: 0, input_tokens: 1000, completion_tokens: 0 },
    'two outputs': { prompt_tokens: 10, completion_tokens: 0, output_tokens: 5 },
    'more cached than read': {
      prompt_tokens: 10,
      completion_tokens: 0,
      prompt_tokens_details: { cached_tokens: 11 },
    },
    'a block more cached than read': {
      prompt_tokens: 1000,
      completion_tokens: 0,
      prompt_tokens_details: { cached_tokens: 1152 },
    },
    'a block more cached and written than read': {
      input_tokens: 1000,
      output_tokens: 0,
      input_tokens_details: { cached_tokens: 600, cache_write_tokens: 528 },
    },
    'writes of a lifetime that cannot be counted': {
      input_tokens: 1000,
      output_tokens: 0,
      input_tokens_details: { cache_write_tokens: 100, cache_write_tokens_details: { ttl_12h_tokens: '50' } },
    },
    'writes by lifetime that are none': {
      input_tokens: 1000,
      output_tokens: 0,
      input_tokens_details: { cache_write_tokens: 100, cache_write_tokens_details: 'ttl_12h' },
    },
    'more audio than read': {
      prompt_tokens: 10,
      completion_tokens: 0,
      prompt_tokens_details: { audio_tokens: 11 },
    },
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

describe('OpenAI usage whose parts are larger than the whole', () => {
  const read = (total: number, cached_tokens: number, cache_write_tokens = 0) => {
    const usage = readOpenAIUsage({
      input_tokens: total,
      output_tokens: 0,
      input_tokens_details: { cached_tokens, cache_write_tokens },
    });
    return usage && [usage.input.uncached, usage.input.cacheRead, usage.input.cacheWrite];
  };

  test('a last block that is cached ends with the prompt', () => {
    assert.deepEqual(read(1025, 1024), [1, 1024, 0]);
    assert.deepEqual(read(1000, 1024), [0, 1000, 0]);
    assert.equal(read(1000, 1023), undefined);
    assert.equal(read(100, 128), undefined);
  });

  test('writes, which are not adjusted, end with what was not read', () => {
    assert.deepEqual(read(1000, 600, 400), [0, 600, 400]);
    assert.deepEqual(read(1000, 600, 450), [0, 600, 400]);
  });
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

  test('what is no name of a tier, a speed or a region is not taken for the standard one', () => {
    const counts = { input_tokens: 1, output_tokens: 1 };
    for (const odd of [5, {}, [], true]) {
      const usage = readAnthropicUsage({ ...counts, service_tier: odd, speed: odd, inference_geo: odd });
      assert.deepEqual([usage?.serviceTier, usage?.speed, usage?.region], ['invalid', 'invalid', 'invalid']);
    }
    const none = readAnthropicUsage({ ...counts, service_tier: null, speed: '', inference_geo: undefined });
    assert.deepEqual([none?.serviceTier, none?.speed, none?.region], [undefined, undefined, undefined]);
  });

  for (const web_search_requests of ['3', -3, Number.NaN, 1.5, {}]) {
    test(`is refused: ${String(web_search_requests)} searches`, () => {
      const raw = { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests } };
      assert.equal(readAnthropicUsage(raw), undefined);
    });
  }

  for (const raw of [
    null,
    [],
    {},
    { input_tokens: -1 },
    { input_tokens: '1', output_tokens: 1 },
    { output_tokens: 1000 },
    { input_tokens: 1000 },
    { input_tokens: 1e9 + 1, output_tokens: 1 },
    { input_tokens: 1, output_tokens: 1, server_tool_use: 'many' },
    {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 4,
      cache_creation: { ephemeral_1h_input_tokens: 5 },
    },
  ]) {
    test(`is refused: ${JSON.stringify(raw)}`, () => assert.equal(readAnthropicUsage(raw), undefined));
  }
});
