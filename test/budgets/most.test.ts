import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mostOf } from '../../src/budgets/most.ts';
import type { GatedCall } from '../../src/calls/pipeline.ts';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { endpoints as ofAnthropic } from '../../src/providers/anthropic/endpoints.ts';
import { LONGEST_INPUT, mostInputTokens } from '../../src/providers/most.ts';
import { endpoints as ofOpenai } from '../../src/providers/openai/endpoints.ts';
import type { Params } from '../../src/providers/types.ts';
import { NO_COUNTS, textOutput, type Usage, uncachedInput } from '../../src/usage.ts';

const ENDPOINTS = { openai: ofOpenai, anthropic: ofAnthropic };
type ProviderName = keyof typeof ENDPOINTS;

function reserved(provider: ProviderName, path: string, params: Params, model = params.model) {
  const endpoint = ENDPOINTS[provider].find((one) => one.path === path);
  assert.ok(endpoint);
  const subject = { endpoint, params, provider: { name: provider }, vendor: provider, facts: {} };
  const { picoUsd, tokens } = mostOf(subject as unknown as GatedCall, [model], priceCall);
  assert.ok(picoUsd !== undefined && tokens !== undefined);
  return { picoUsd, tokens };
}

interface Real extends Pick<Usage, 'serviceTier' | 'speed' | 'region'> {
  readonly input?: number;
  readonly soundIn?: number;
  readonly written?: Readonly<Record<string, number>>;
  readonly output?: number;
  readonly soundOut?: number;
}

/** What the answer's usage costs. */
function real(provider: ProviderName, model: unknown, answer: Real): bigint {
  const { input = 0, soundIn = 0, written = {}, output = 0, soundOut = 0, ...served } = answer;
  const cacheWrite = Object.values(written).reduce((sum, tokens) => sum + tokens, 0);
  const total = input + soundIn + cacheWrite;
  const usage: Usage = {
    ...served,
    input: {
      ...uncachedInput(total, { audio: soundIn }),
      uncached: total - cacheWrite,
      cacheWrite,
      cacheWriteByLifetime: written,
    },
    output: { ...textOutput(output), total: output + soundOut, audio: soundOut },
    serverTools: NO_COUNTS,
    raw: undefined,
  };
  const priced = priceCall({ provider, model: [model], usage });
  assert.ok(!isUnpriced(priced), isUnpriced(priced) ? priced.reason : '');
  return priced.picoUsd;
}

const CHAT = '/chat/completions';
const RESPONSES = '/responses';
const hi = [{ role: 'user', content: 'Hi' }];
const say = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
// Of some 2,000 tokens as a tokenizer counts them.
const schema = {
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`field_${at}`, { type: 'string', description: 'A word or two' }]),
  ),
};
const sound = { data: 'A'.repeat(2000 * 60), format: 'mp3' };
const image_url = { url: 'https://example.com/cat.png', detail: 'high' };

const OPENAI: readonly (readonly [
  what: string,
  path: string,
  params: Params,
  answer: Real,
  model?: string,
])[] = [
  [
    'the limit of the request',
    CHAT,
    { model: 'gpt-5', messages: hi, max_completion_tokens: 50 },
    { output: 50 },
  ],
  ['all the answers', CHAT, { model: 'gpt-4o', messages: hi, max_tokens: 50, n: 4 }, { output: 200 }],
  ['the limit of gpt-5-pro', RESPONSES, { model: 'gpt-5-pro', input: 'Hi' }, { input: 7, output: 272_000 }],
  ['of gpt-4-32k', CHAT, { model: 'gpt-4-32k', messages: hi }, { input: 7, output: 32_768 }],
  ['of gpt-3.5-turbo-16k', CHAT, { model: 'gpt-3.5-turbo-16k', messages: hi }, { input: 7, output: 16_384 }],
  ['of a tuned model', CHAT, { model: 'ft:gpt-4.1:org::id', messages: hi }, { input: 7, output: 32_768 }],
  ['of a deployment', CHAT, { model: 'gpt-4-prod', messages: hi }, { output: 128_000 }, 'gpt-5'],
  [
    'sound that is written',
    CHAT,
    { model: 'gpt-audio', messages: hi, modalities: ['text', 'audio'], max_completion_tokens: 900 },
    { input: 7, output: 100, soundOut: 800 },
  ],
  [
    'sound that the param names',
    CHAT,
    { model: 'gpt-audio', messages: hi, audio: { voice: 'alloy' } },
    { soundOut: 16_384 },
  ],
  [
    'sound that is heard',
    CHAT,
    { model: 'gpt-audio', ...say({ type: 'input_audio', input_audio: sound }), max_completion_tokens: 9 },
    { soundIn: 600, input: 7, output: 9 },
  ],
  [
    'an answer in sound that is heard again',
    CHAT,
    {
      model: 'gpt-audio',
      messages: [{ role: 'assistant', audio: { id: 'audio_1' } }],
      max_completion_tokens: 9,
    },
    { soundIn: 16_000, output: 9 },
  ],
  [
    'images of gpt-4o-mini',
    CHAT,
    {
      model: 'gpt-4o-mini',
      ...say({ type: 'image_url', image_url }, { type: 'image_url', image_url }),
      max_tokens: 1,
    },
    { input: 96_338, output: 1 },
  ],
  [
    'the same image twice',
    CHAT,
    {
      model: 'gpt-4o-mini',
      messages: Array(2).fill(say({ type: 'image_url', image_url }).messages[0]),
      max_tokens: 1,
    },
    { input: 96_338, output: 1 },
  ],
  [
    'a schema',
    CHAT,
    {
      model: 'gpt-4o',
      messages: hi,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      max_tokens: 1,
    },
    { input: 2100, output: 1 },
  ],
  [
    'a schema of responses',
    RESPONSES,
    {
      model: 'gpt-4o',
      input: 'Hi',
      text: { format: { type: 'json_schema', schema } },
      max_output_tokens: 16,
    },
    { input: 2100, output: 16 },
  ],
  [
    'legacy functions',
    CHAT,
    { model: 'gpt-4o', messages: hi, functions: [{ name: 'x', parameters: schema }], max_tokens: 1 },
    { input: 2100, output: 1 },
  ],
  [
    'a member that is not known',
    CHAT,
    { model: 'gpt-4o', messages: hi, more_messages: 'word '.repeat(1000), max_tokens: 1 },
    { input: 1000, output: 1 },
  ],
  [
    'a prediction',
    CHAT,
    {
      model: 'gpt-4o',
      messages: hi,
      prediction: { type: 'content', content: 'word '.repeat(1000) },
      max_tokens: 100,
    },
    { input: 7, output: 1100 },
  ],
  [
    'a setting of the project',
    CHAT,
    { model: 'gpt-5', messages: hi, max_completion_tokens: 500 },
    { output: 500, serviceTier: 'priority' },
  ],
  [
    'the same, as auto',
    CHAT,
    { model: 'gpt-5', messages: hi, service_tier: 'auto', max_completion_tokens: 500 },
    { output: 500, serviceTier: 'priority' },
  ],
  [
    'a tier that is answered by its other name',
    CHAT,
    { model: 'gpt-5', messages: hi, service_tier: 'fast', max_completion_tokens: 500 },
    { output: 500, serviceTier: 'priority' },
  ],
  [
    'a tier that was not to be had',
    CHAT,
    { model: 'gpt-5', messages: hi, service_tier: 'flex', max_completion_tokens: 500 },
    { output: 500, serviceTier: 'default' },
  ],
  [
    'a tier with no price for long inputs',
    RESPONSES,
    { model: 'gpt-5.4', input: '0'.repeat(280_000), max_output_tokens: 128_000 },
    { input: 270_000, output: 128_000, serviceTier: 'priority' },
  ],
  [
    'a write to the cache for long',
    RESPONSES,
    { model: 'gpt-6.2-sol', input: '0'.repeat(9000), service_tier: 'default', max_output_tokens: 16 },
    { written: { '12h': 9000 }, output: 16 },
  ],
  [
    'what tools find',
    RESPONSES,
    { model: 'gpt-5', input: 'Hi', tools: [{ type: 'web_search' }], max_output_tokens: 16 },
    { input: 250_000, output: 16 },
  ],
  [
    'a conversation that is elsewhere',
    RESPONSES,
    { model: 'gpt-5', input: 'Hi', previous_response_id: 'resp_1', max_output_tokens: 16 },
    { input: 250_000, output: 16 },
  ],
  [
    'an item that is elsewhere',
    RESPONSES,
    { model: 'gpt-5', input: [{ id: 'msg_1' }], max_output_tokens: 16 },
    { input: 250_000, output: 16 },
  ],
  ['embeddings', '/embeddings', { model: 'text-embedding-3-small', input: [[1, 2, 3]] }, { input: 3 }],
];

const claude = { model: 'claude-opus-5', messages: hi, max_tokens: 10 };
const tool = { name: 'x', input_schema: { type: 'object' } };
const ANTHROPIC: readonly (readonly [what: string, params: Params, answer: Real])[] = [
  ['the limit', { ...claude, max_tokens: 64_000 }, { input: 8, output: 64_000 }],
  ['the prompt that tools bring', { ...claude, tools: [tool] }, { input: 600, output: 10 }],
  ['a format', { ...claude, output_config: { format: { schema } } }, { input: 2500, output: 10 }],
  ['a format of old', { ...claude, output_format: { schema } }, { input: 2500, output: 10 }],
  ['servers', { ...claude, mcp_servers: [{ url: 'x' }] }, { input: 900_000, output: 10 }],
  ['a toolset', { ...claude, tools: [{ type: 'mcp_toolset' }] }, { input: 900_000, output: 10 }],
  [
    'a tool of theirs',
    { ...claude, tools: [{ type: 'web_search_20250305' }] },
    { input: 900_000, output: 10 },
  ],
  ['skills', { ...claude, container: { skills: [{ skill_id: 'pdf' }] } }, { input: 900_000, output: 10 }],
  [
    'an image',
    { ...claude, ...say({ type: 'image', source: { type: 'url', url: 'x' } }) },
    { input: 4784, output: 10 },
  ],
  [
    'a document',
    { ...claude, ...say({ type: 'document', source: { type: 'base64', data: 'AAAA' } }) },
    { input: 300_000, output: 10 },
  ],
  [
    'what is written to the cache',
    {
      ...claude,
      ...say({ type: 'text', text: '0'.repeat(9000), cache_control: { type: 'ephemeral', ttl: '1h' } }),
    },
    { written: { '1h': 9000 }, output: 10 },
  ],
  [
    'a cache for the whole request',
    { ...claude, cache_control: { type: 'ephemeral' }, system: '0'.repeat(9000) },
    { written: { '5m': 9000 }, output: 10 },
  ],
  ['speed', { ...claude, speed: 'fast', max_tokens: 500 }, { output: 500, speed: 'fast', region: 'us' }],
  ['a setting of the workspace', { ...claude, max_tokens: 500 }, { input: 8, output: 500, region: 'us' }],
];

describe('what is set aside for a call is no less than it costs', () => {
  for (const [what, path, params, answer, model = params.model as string] of OPENAI) {
    test(`OpenAI: ${what}`, () => {
      const { picoUsd } = reserved('openai', path, params, model);
      const cost = real('openai', model, answer);
      assert.ok(picoUsd >= cost, `${picoUsd} >= ${cost}`);
    });
  }
  for (const [what, params, answer] of ANTHROPIC) {
    test(`Anthropic: ${what}`, () => {
      const { picoUsd } = reserved('anthropic', '/v1/messages', params);
      const cost = real('anthropic', params.model, answer);
      assert.ok(picoUsd >= cost, `${picoUsd} >= ${cost}`);
    });
  }
});

describe('it is not much more than needed', () => {
  test('encoded images and sound are not counted as text', () => {
    const url = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
    assert.ok(mostInputTokens(say({ type: 'image_url', image_url: { url } })) < 21_000);
    assert.ok(mostInputTokens(say({ type: 'input_audio', input_audio: sound })) < 3000);
  });

  test('what does not reach the model is not counted', () => {
    const request = { model: 'gpt-4o', messages: hi, max_tokens: 1 };
    const metadata = { note: 'x'.repeat(500) };
    assert.deepEqual(reserved('openai', CHAT, { ...request, metadata }), reserved('openai', CHAT, request));
  });

  test('a property of a schema is no reference', () => {
    const { tokens } = reserved('openai', CHAT, {
      model: 'gpt-4o',
      messages: hi,
      tools: [
        { type: 'function', function: { parameters: { properties: { file_id: { type: 'string' } } } } },
      ],
      max_tokens: 1,
    });
    assert.ok(tokens < 2000, String(tokens));
  });
});

describe('hostile requests', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = [cyclic, cyclic];
  let deep: unknown = 'x';
  for (let depth = 0; depth < 200_000; depth++) deep = [deep];
  const endless: object = new Proxy(
    {},
    { get: () => endless, ownKeys: () => ['a'], getOwnPropertyDescriptor },
  );
  function getOwnPropertyDescriptor() {
    return { value: 1, enumerable: true, configurable: true };
  }
  const throwing = {
    get content() {
      throw new Error('no');
    },
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const [what, value] of Object.entries({
    cyclic,
    deep,
    endless,
    throwing,
    revoked: revoked.proxy,
    'of any length': new Array(4e9),
    'of bytes': new Uint8Array(1e7),
    'written by themselves': { toJSON: () => 'x' },
  })) {
    test(`with members that are ${what} have the longest input`, () => {
      assert.equal(mostInputTokens([value]), LONGEST_INPUT);
      for (const [provider, path, model] of [
        ['openai', CHAT, 'gpt-4o'],
        ['anthropic', '/v1/messages', 'claude-opus-5'],
      ] as const) {
        const { tokens } = reserved(provider, path, { model, messages: [value], max_tokens: 1 });
        assert.ok(tokens > LONGEST_INPUT);
      }
    });
  }

  test('a request whose own members throw', () => {
    const params = {
      model: 'gpt-4o',
      get messages() {
        throw new Error('no');
      },
    };
    assert.ok(reserved('openai', CHAT, params).tokens > LONGEST_INPUT);
  });

  test('counts that no model takes still have a price', () => {
    const params = { model: 'gpt-4o', messages: hi, max_tokens: 1e308, n: Number.POSITIVE_INFINITY };
    assert.ok(reserved('openai', CHAT, params).picoUsd > 0n);
  });
});

test('a long text is read in well under a millisecond', () => {
  const messages = Array.from({ length: 100 }, () => ({ role: 'user', content: 'word '.repeat(200) }));
  for (let round = 0; round < 200; round++) mostInputTokens(messages);
  const began = performance.now();
  for (let round = 0; round < 100; round++) mostInputTokens(messages);
  const milliseconds = (performance.now() - began) / 100;
  assert.ok(milliseconds < 1, `${milliseconds} ms`);
});
