import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { type EstimateRequest, estimateCost } from '../../src/estimate/index.ts';
import { png } from './images.ts';

const JOKE = 'Tell me a joke about OpenTelemetry';
const estimate = (request: Omit<EstimateRequest, 'provider' | 'model'>, model = 'gpt-4o') =>
  estimateCost({ provider: 'openai', model, ...request });
const tokens = async (request: Omit<EstimateRequest, 'provider' | 'model'>, model?: string) =>
  (await estimate(request, model)).inputTokens;

function weather(unit: object) {
  const location = { type: 'string', description: 'The city and state, e.g. San Francisco, CA' };
  return {
    name: 'get_current_weather',
    description: 'Get the current weather in a given location',
    parameters: { type: 'object', properties: { location, unit }, required: ['location'] },
  };
}

describe('tokens of an OpenAI call', () => {
  test('are what the API reported for recorded calls', async () => {
    const user = (content: string) => [{ role: 'user', content }];
    assert.equal(await tokens({ messages: user(JOKE) }, 'gpt-3.5-turbo'), 15);
    assert.equal(await tokens({ input: JOKE }, 'gpt-4o-mini'), 14);
    const tools = [
      { type: 'function', function: weather({ type: 'string', enum: ['celsius', 'fahrenheit'] }) },
    ];
    assert.equal(await tokens({ messages: user("What's the weather like in Boston?"), tools }, 'gpt-4'), 82);
  });

  test("are what OpenAI's cookbook has for tools after a system message", async () => {
    const content = 'You are a helpful assistant that can answer to questions about the weather.';
    const messages = [
      { role: 'system', content },
      { role: 'user', content: "What's the weather like in San Francisco?" },
    ];
    const unit = {
      type: 'string',
      description: 'The unit of temperature to return',
      enum: ['celsius', 'fahrenheit'],
    };
    const tools = [{ type: 'function', function: weather(unit) }];
    assert.equal(await tokens({ messages, tools }, 'gpt-4'), 105);
    assert.equal(await tokens({ messages, tools }, 'gpt-4o'), 101);
    const flat = [{ type: 'function', ...weather(unit) }];
    assert.equal(await tokens({ input: messages.slice(1), instructions: content, tools: flat }), 101);
  });

  test('are the same for a text, for parts and for items', async () => {
    const expected = 3 + 3 + 1 + countTokens(JOKE);
    for (const type of ['text', 'input_text', 'output_text']) {
      const content = [{ type, text: JOKE }];
      assert.equal(await tokens({ messages: [{ role: 'user', content }] }), expected);
      assert.equal(await tokens({ input: [{ type: 'message', role: 'user', content }] }), expected);
    }
  });

  test('count names, calls of tools and their results', async () => {
    const bare = await tokens({ messages: [{ role: 'user', content: 'hi' }] });
    assert.equal(await tokens({ messages: [{ role: 'user', name: 'Bob', content: 'hi' }] }), bare + 2);
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'calculator', arguments: '{"a":2, "b":2}' },
    };
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '4' },
    ];
    const called = 3 + 1 + 3 + countTokens('calculator') + countTokens('{"a":2, "b":2}');
    assert.equal(await tokens({ messages }), bare + called + 3 + 1 + 1);
    const input = [
      { role: 'user', content: 'hi' },
      { type: 'function_call', call_id: 'call_1', name: 'calculator', arguments: '{"a":2, "b":2}' },
      { type: 'function_call_output', call_id: 'call_1', output: '4' },
    ];
    assert.equal(await tokens({ input }), bare + called - 1 + 3 + 1);
  });

  test('of embeddings are those of the text, or the tokens that are given', async () => {
    const model = 'text-embedding-3-small';
    assert.equal(await tokens({ input: 'hello world' }, model), 2);
    assert.equal(await tokens({ input: ['hello world', ' again'] }, model), 3);
    assert.equal(await tokens({ input: [1, 2, 3] }, model), 3);
    assert.equal(await tokens({ input: [[1, 2, 3], [4]] }, model), 4);
    assert.equal(await tokens({ input: [] }, model), 0);
    const { maxOutputTokens, cost } = await estimate({ input: 'hello world' }, model);
    assert.equal(maxOutputTokens, 0);
    assert.equal(cost?.minUsd, 4e-8);
    assert.equal(cost?.maxUsd, 4e-8);
  });
});

describe('the tokens of a model under another name', () => {
  const url = `data:image/png;base64,${png(1024, 1024)}`;
  const messages = [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];

  test('are those of the model that it stands for, images included', async () => {
    const expected = await estimate({ messages });
    assert.equal(expected.complete, true);
    for (const model of ['openai/gpt-4o', 'gpt-4o-2024-08-06', 'openai/gpt-4o-2024-11-20'])
      assert.equal((await estimate({ messages }, model)).inputTokens, expected.inputTokens, model);
    const prices = { models: { prod: { sameAs: 'gpt-4o' }, old: { sameAs: 'openai/gpt-4' } } };
    assert.equal((await estimate({ messages, prices }, 'prod')).inputTokens, expected.inputTokens);
    const input = 'お誕生日おめでとう';
    assert.equal(await tokens({ input, prices }, 'old'), await tokens({ input }, 'gpt-4'));
    assert.notEqual(await tokens({ input }, 'old'), await tokens({ input }, 'gpt-4'));
  });
});

describe('what OpenAI counts by no known rule', () => {
  const asked = (...content: object[]) =>
    estimate({ messages: [{ role: 'user', content }], maxOutputTokens: 10 });

  test('is said, and makes the count a lower bound', async () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } };
    const result = await asked(
      { type: 'text', text: 'hi' },
      image,
      image,
      { type: 'input_audio' },
      { type: 'file' },
    );
    assert.equal(result.complete, false);
    assert.deepEqual(
      new Map(result.unknown.map(({ kind, count }) => [kind, count])),
      new Map([
        ['image', 2],
        ['audio', 1],
        ['file', 1],
      ] as const),
    );
    assert.equal(result.inputTokens, 8);
    assert.equal(result.cost?.maxUsd, undefined);
    assert.equal(result.cost?.minUsd, 0.00002);
  });

  test('is everything that is not known here', async () => {
    const content = [{ type: 'hologram' }, 5, null];
    const items = [{ type: 'reasoning' }, { type: 'item_reference' }, { type: 'web_search_call' }];
    const input = [...items, { role: 'user', content }];
    const { unknown } = await estimate({ input, tools: [{ type: 'web_search' }] });
    const counts = Object.fromEntries(unknown.map(({ kind, count }) => [kind, count]));
    assert.deepEqual(counts, { tool: 1, reasoning: 1, reference: 1, other: 3 });
  });

  test('is no image whose size or detail is known', async () => {
    const url = `data:image/png;base64,${png(1024, 1024)}`;
    const bare = await asked();
    assert.equal(
      (await asked({ type: 'image_url', image_url: { url } })).inputTokens,
      bare.inputTokens + 765,
    );
    const low = await asked({
      type: 'image_url',
      image_url: { url: 'https://example.com/cat.png', detail: 'low' },
    });
    assert.equal(low.inputTokens, bare.inputTokens + 85);
    assert.equal(low.complete, true);
    assert.notEqual(low.cost?.maxUsd, undefined);
  });
});
