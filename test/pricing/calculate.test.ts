import assert from 'node:assert/strict';
import test from 'node:test';
import type { ConfigError } from '../../src/errors.ts';
import { type CostRequest, calculateCost, type PriceOptions, tableVersion } from '../../src/pricing/index.ts';

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
  for (const bad of [
    undefined,
    null,
    'usage',
    {},
    [],
    { prompt_tokens: -1 },
    { prompt_tokens: 'many' },
    { prompt_tokens: 1 },
  ]) {
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

const AT = '2026-11-22';
const usdOf = (request: Omit<CostRequest, 'provider'>, provider: CostRequest['provider'] = 'openai') =>
  calculateCost({ provider, at: AT, ...request })?.totalUsd;

test('a response names its model, its tier and the tools that were used', () => {
  const response = {
    object: 'response',
    model: 'gpt-5.5',
    service_tier: 'flex',
    output: [{ type: 'web_search_call', action: { type: 'search' } }, { type: 'message' }],
    usage: { input_tokens: 1000, output_tokens: 1000 },
  };
  assert.equal(usdOf({ response }), 0.0275);
  assert.equal(usdOf({ response, serviceTier: 'default' }), 0.045);
  assert.equal(usdOf({ response: { ...response, model: 'a-deployment' }, model: 'gpt-5.5' }), 0.0275);
  const ran = [...response.output, { type: 'code_interpreter_call' }];
  assert.equal(usdOf({ response: { ...response, output: ran } }), undefined);
  assert.equal(
    usdOf({ response: { ...response, output: ran }, prices: { toolFees: { code_interpreter: 0.03 } } }),
    0.0575,
  );
});

test('answers of every endpoint', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
  assert.equal(
    usdOf({ response: { object: 'chat.completion', model: 'gpt-4.1', choices: [], usage } }),
    0.006,
  );
  const embedded = { object: 'list', data: [], model: 'text-embedding-3-small' };
  assert.equal(usdOf({ response: { ...embedded, usage: { prompt_tokens: 3, total_tokens: 3 } } }), 6e-8);
  const batch = { object: 'batch', model: 'gpt-4.1', usage: { input_tokens: 1000, output_tokens: 500 } };
  assert.equal(usdOf({ response: batch }), 0.003);
  const message = {
    type: 'message',
    model: 'claude-sonnet-4-6',
    content: [],
    usage: { input_tokens: 1000, output_tokens: 100, server_tool_use: { web_search_requests: 1 } },
  };
  assert.equal(usdOf({ response: message }, 'anthropic'), 0.0145);
});

test('transcriptions by the second', () => {
  const usage = { type: 'duration', seconds: 61 };
  assert.equal(usdOf({ model: 'whisper-1', usage }), 0.0061);
  assert.equal(usdOf({ model: 'whisper-1', response: { text: 'hi', usage } }), 0.0061);
  assert.equal(usdOf({ model: 'whisper-1', response: { text: 'hi', duration: '61' } }), 0.0061);
  for (const seconds of [-1, Number.NaN, '', null, true, 1e10])
    assert.equal(usdOf({ model: 'whisper-1', usage: { type: 'duration', seconds } }), undefined);
});

test('images by the token, whatever the usage tells of the output', () => {
  const usage = {
    input_tokens: 50,
    input_tokens_details: { image_tokens: 40, text_tokens: 10 },
    output_tokens: 1000,
    total_tokens: 1050,
  };
  const whole = (10 * 5 + 40 * 8 + 1000 * 30) / 1e6;
  assert.equal(usdOf({ model: 'gpt-image-2', usage }), whole);
  assert.equal(usdOf({ model: 'gpt-image-2', response: { created: 1, data: [{}], usage } }), whole);
  const details = { ...usage, output_tokens_details: { image_tokens: 900, text_tokens: 100 } };
  assert.equal(
    usdOf({ model: 'gpt-image-2', usage: details }),
    (10 * 5 + 40 * 8 + 900 * 30 + 100 * 10) / 1e6,
  );
});

test('images by the piece take what was asked for', () => {
  const response = { created: 1, data: [{}, {}] };
  assert.equal(usdOf({ model: 'dall-e-3', params: { size: '1024x1792', quality: 'hd' }, response }), 0.24);
  assert.equal(usdOf({ model: 'dall-e-3', params: {}, response }), 0.08);
  assert.equal(usdOf({ model: 'dall-e-3', response }), undefined);
});

test('the time of a call is a date, text, or milliseconds', () => {
  const usage = { input_tokens: 1000, output_tokens: 1000 };
  const at = (value: unknown) => usdOf({ model: 'gpt-5.6-sol', usage, at: value as Date });
  for (const before of [new Date('2026-08-01'), '2026-08-01', '2026-08-01T12:00:00Z', Date.UTC(2026, 7, 1)])
    assert.equal(at(before), 0.035);
  assert.equal(at('2026-09-01'), 0.024);
  for (const odd of [null, 'x', '', '1', 1_785_542_400, Number.NaN, new Date('x'), {}, true, Symbol('now')])
    assert.throws(() => at(odd), { name: 'ConfigError', message: /calculateCost at: got/ });
});

test('no call at all is an error that says so', () => {
  for (const none of [undefined, null, 'call', 5])
    assert.throws(() => calculateCost(none as never), { name: 'ConfigError', message: /expected an object/ });
  assert.equal(calculateCost({ provider: 'openai' }), undefined);
});

test('what throws when it is read has no cost', () => {
  const odd = new Proxy({}, { get: () => assert.fail('boom'), ownKeys: () => assert.fail('boom') });
  assert.equal(usdOf({ model: 'gpt-4.1', usage: odd }), undefined);
  assert.equal(usdOf({ model: 'gpt-4.1', response: odd }), undefined);
  assert.equal(usdOf({ model: 'gpt-4.1', response: { output: [odd] } }), undefined);
});

test('prices that cannot be used are named as everywhere', () => {
  const problemsOf = (prices: unknown) => {
    try {
      calculateCost({ provider: 'openai', model: 'gpt-4.1', usage: {}, prices: prices as PriceOptions });
    } catch (error) {
      return (error as ConfigError).problems;
    }
    return [];
  };
  assert.deepEqual(problemsOf({ factor: Number.NaN, discount: 1, models: { a: { inptu: 1 } } }).toSorted(), [
    'option prices.discount: no such option',
    'option prices.factor: got NaN, expected a factor from 0 to 1,000',
    'option prices.models.a: got an object, expected rates with `input`, or `sameAs`, or `factor`, or `free: true`',
  ]);
  for (const none of [null, 'x', [], new Map()]) {
    const [problem, ...others] = problemsOf(none);
    assert.match(problem ?? '', /^option prices: got .*, expected an object$/);
    assert.deepEqual(others, []);
  }
});
