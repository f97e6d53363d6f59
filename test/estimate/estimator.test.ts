import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TokenmeterError } from '../../src/errors.ts';
import { createEstimator } from '../../src/estimate/estimator.ts';
import { EstimateError, type EstimateRequest, estimateCost } from '../../src/estimate/index.ts';
import { calculateCost, tableVersion } from '../../src/pricing/index.ts';
import type { CallToPrice } from '../../src/pricing/price.ts';

const messages = [{ role: 'user', content: 'Tell me a joke about OpenTelemetry' }];
const request: EstimateRequest = { provider: 'openai', model: 'gpt-4o', messages };

describe('the cost of an estimate', () => {
  test('is that of the input, up to that of the longest answer', async () => {
    const result = await estimateCost({ ...request, maxOutputTokens: 500 });
    const costWith = (output: number) => {
      const usage = { prompt_tokens: 14, completion_tokens: output, total_tokens: 14 + output };
      return calculateCost({ provider: 'openai', model: 'gpt-4o', usage })?.totalUsd;
    };
    assert.deepEqual(result, {
      provider: 'openai',
      model: 'gpt-4o',
      inputTokens: 14,
      maxOutputTokens: 500,
      complete: true,
      method: 'gpt-tokenizer',
      fallbackReason: undefined,
      unknown: [],
      cost: { minUsd: costWith(0), maxUsd: costWith(500) },
      unpriced: undefined,
      matchedModel: 'gpt-4o',
      confidence: 'exact',
      tableVersion,
    });
  });

  test('has no maximum without a limit of the answer', async () => {
    const { cost, maxOutputTokens } = await estimateCost(request);
    assert.equal(maxOutputTokens, undefined);
    assert.deepEqual(cost, { minUsd: 0.000035, maxUsd: undefined });
  });

  test('is not known, and not 0, for an unknown model', async () => {
    const result = await estimateCost({ ...request, model: 'unheard-of', maxOutputTokens: 5 });
    assert.equal(result.inputTokens, 14);
    assert.equal(result.cost, undefined);
    assert.equal(result.unpriced, 'unknown_model');
    assert.equal(result.matchedModel, undefined);
    assert.equal(result.tableVersion, tableVersion);
  });

  test('is that of the day and of the model that the name stands for', async () => {
    const model = 'openai/gpt-5.6-sol';
    const at = (day: string) => estimateCost({ ...request, model, at: new Date(day) });
    const [before, after] = [await at('2026-08-20'), await at('2026-08-22')];
    assert.equal(before.confidence, 'alias');
    assert.equal(before.matchedModel, 'gpt-5.6-sol');
    assert.ok((before.cost?.minUsd ?? 0) > (after.cost?.minUsd ?? 0));
  });

  test('comes from the price function that is given', async () => {
    const calls: CallToPrice[] = [];
    const estimate = createEstimator({
      price: (call) => {
        calls.push(call);
        if (call.usage.output.total > 0) return { reason: 'no_rate:output' };
        const own = { model: 'mine', confidence: 'exact', tableVersion: 'mine-1' } as const;
        return { picoUsd: 2n * BigInt(1e12), byClass: {}, ...own };
      },
    });
    const at = new Date();
    const result = await estimate({ ...request, maxOutputTokens: 7, at });
    assert.deepEqual(result.cost, { minUsd: 2, maxUsd: undefined });
    assert.equal(result.unpriced, 'no_rate:output');
    assert.equal(result.tableVersion, 'mine-1');
    assert.deepEqual(
      calls.map(({ usage }) => [usage.input.total, usage.output.total]),
      [
        [14, 0],
        [14, 7],
      ],
    );
    for (const call of calls) assert.equal(call.at, at);
  });
});

describe('the maximum of an estimate', () => {
  const costs = async (given: Partial<EstimateRequest>) => {
    const { cost, unpriced, maxOutputTokens } = await estimateCost({
      ...request,
      maxOutputTokens: 100,
      ...given,
    });
    return { ...cost, unpriced, maxOutputTokens };
  };
  const usd = (model: string, output: number, serviceTier?: string, input = 14) => {
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    return calculateCost({ provider: 'openai', model, usage, serviceTier })?.totalUsd;
  };

  test('is that of all answers that are asked for', async () => {
    assert.deepEqual(await costs({ answers: 5 }), {
      minUsd: usd('gpt-4o', 0),
      maxUsd: usd('gpt-4o', 500),
      unpriced: undefined,
      maxOutputTokens: 500,
    });
  });

  test('has the output that a prediction may cost', async () => {
    const content = 'hello world';
    for (const prediction of [
      { type: 'content', content },
      { type: 'content', content: [{ type: 'text', text: content }] },
    ])
      assert.equal((await costs({ prediction, answers: 2 })).maxOutputTokens, 2 * (100 + 2));
    const strange = await estimateCost({ ...request, maxOutputTokens: 1, prediction: { type: 'other' } });
    assert.equal(strange.complete, false);
    assert.equal(strange.cost?.maxUsd, undefined);
  });

  test('is at the price of the tier that is asked for, and the minimum at the standard one if that is less', async () => {
    const model = 'gpt-5.5';
    for (const [serviceTier, least] of [
      ['priority', 'default'],
      ['fast', 'default'],
      ['flex', 'flex'],
      ['batch', 'batch'],
      ['auto', 'default'],
      [null, 'default'],
    ] as const) {
      const { minUsd, maxUsd } = await costs({ model, serviceTier });
      assert.equal(maxUsd, usd(model, 100, serviceTier ?? 'default'), String(serviceTier));
      assert.equal(minUsd, usd(model, 0, least), String(serviceTier));
    }
    assert.ok((await costs({ model, serviceTier: 'priority' })).maxUsd !== (await costs({ model })).maxUsd);
  });

  test('has no price in a tier that the table does not know, and neither has the minimum', async () => {
    const { minUsd, maxUsd, unpriced } = await costs({ model: 'gpt-5.5', serviceTier: 'scale' });
    assert.deepEqual([minUsd, maxUsd, unpriced], [undefined, undefined, 'tier:scale']);
  });

  test('is at the price of the speed and the region that are asked for', async () => {
    const claude = { provider: 'anthropic', model: 'claude-opus-4-6' } as const;
    const standard = await costs(claude);
    const near = (actual: number | undefined, expected: number | undefined) =>
      assert.ok(Math.abs((actual ?? 0) / (expected ?? 0) - 1) < 1e-9, `${actual}, not ${expected}`);
    const fast = await costs({ ...claude, speed: 'fast' });
    near(fast.maxUsd, 6 * (standard.maxUsd ?? 0));
    near(fast.minUsd, standard.minUsd);
    const us = await costs({ ...claude, inferenceGeo: 'us' });
    near(us.maxUsd, 1.1 * (standard.maxUsd ?? 0));
    near(us.minUsd, 1.1 * (standard.minUsd ?? 0));
    const both = await costs({ ...claude, inferenceGeo: 'us', speed: 'fast' });
    near(both.maxUsd, 6.6 * (standard.maxUsd ?? 0));
    near(both.minUsd, us.minUsd);
    for (const serviceTier of ['auto', 'standard_only'])
      assert.deepEqual(await costs({ ...claude, serviceTier }), standard);
    assert.deepEqual(await costs({ ...claude, speed: 'standard', inferenceGeo: 'global' }), standard);
  });
});

describe('without gpt-tokenizer', () => {
  const missing = "Cannot find package 'gpt-tokenizer' imported from estimate.js";
  const estimate = createEstimator({ loadTokenizer: () => Promise.reject(new Error(missing)) });
  const reason = 'gpt-tokenizer is not installed (npm install gpt-tokenizer)';

  test('tokens are a heuristic, which is said', async () => {
    const result = await estimate(request);
    assert.equal(result.method, 'heuristic');
    assert.equal(result.fallbackReason, reason);
    assert.equal(result.inputTokens, 3 + 3 + Math.ceil(('user'.length + 34) / 4));
    assert.notEqual(result.cost, undefined);
  });

  test('tools count as their JSON', async () => {
    const tools = [{ type: 'function', function: { name: 'now', description: 'The time of day.' } }];
    assert.ok(
      (await estimate({ ...request, tools })).inputTokens > (await estimate(request)).inputTokens + 9,
    );
  });

  test('tokens of Claude are one, too, and both reasons are given', async () => {
    const client = { messages: { countTokens: () => Promise.reject(new Error('no network')) } };
    const result = await estimate({ provider: 'anthropic', model: 'claude-opus-5', messages, client });
    assert.equal(result.method, 'heuristic');
    assert.equal(result.fallbackReason, `countTokens failed: no network; ${reason}`);
  });

  test('another fault of the package is told as it is', async () => {
    const broken = createEstimator({ loadTokenizer: () => Promise.reject(new TypeError('no such export')) });
    assert.equal((await broken(request)).fallbackReason, 'gpt-tokenizer cannot be used: no such export');
  });
});

describe('a request that cannot be estimated', () => {
  const refused = async (given: unknown) => {
    const error = await estimateCost(given as EstimateRequest).catch((reason: unknown) => reason);
    assert.ok(error instanceof EstimateError && error instanceof TokenmeterError);
    return error.problems.join('; ');
  };

  test('is refused by the names of its members', async () => {
    const cases: readonly [unknown, string][] = [
      [undefined, 'got undefined, expected an object'],
      [{ ...request, provider: 'google' }, 'provider: got "google", expected "openai" or "anthropic"'],
      [{ provider: 'openai', messages }, 'model: missing'],
      [{ ...request, model: '' }, 'model: got "", expected the name of a model'],
      [{ ...request, messages: 'hi' }, 'messages: got "hi", expected a list of messages'],
      [{ ...request, messages: ['hi'] }, 'messages: got a list of 1, expected a list of messages'],
      [{ ...request, tools: {} }, 'tools: got an object, expected a list of tools'],
      [
        { ...request, maxOutputTokens: -1 },
        'maxOutputTokens: got -1, expected a whole number of tokens, 0 or more',
      ],
      [{ ...request, answers: 0 }, 'answers: got 0, expected a whole number of answers, 1 or more'],
      [{ ...request, serviceTier: 5 }, 'serviceTier: got 5, expected the name of a tier'],
      [
        { ...request, prediction: 'x' },
        'prediction: got "x", expected an object with the content that is predicted',
      ],
      [{ ...request, timeoutSeconds: 0 }, 'timeoutSeconds: got 0, expected a number of seconds above 0'],
      [{ ...request, signal: 'stop' }, 'signal: got "stop", expected an AbortSignal'],
      [{ ...request, speed: 'fast' }, 'speed: not a member of calls to openai'],
      [{ ...request, provider: 'anthropic', answers: 2 }, 'answers: not a member of calls to anthropic'],
      [{ ...request, at: new Date('never') }, 'at: got Invalid Date, expected a valid date'],
      [{ ...request, temperature: 1 }, 'temperature: no such member'],
      [{ ...request, input: 'hi' }, 'messages or input: expected one of them'],
      [{ provider: 'openai', model: 'gpt-4o' }, 'messages or input: expected one of them'],
      [{ ...request, system: 'Be brief.' }, 'system: not a member of calls to openai'],
      [
        { ...request, provider: 'anthropic', instructions: '' },
        'instructions: not a member of calls to anthropic',
      ],
      [{ provider: 'anthropic', model: 'claude-opus-5' }, 'messages: expected a list of messages'],
    ];
    for (const [given, problem] of cases) assert.equal(await refused(given), problem);
    const bare = { provider: 'openai', model: 'text-embedding-3-small' };
    const input = 'a text, or a list of items, of texts or of tokens';
    for (const list of [[1.5], [[1], [-1]], [1, 'a'], [{}, 'a']])
      assert.equal(
        await refused({ ...bare, input: list }),
        `input: got a list of ${list.length}, expected ${input}`,
      );
    assert.match(
      await refused({ ...request, provider: 'anthropic', client: {} }),
      /^client: got an object, expected an Anth/,
    );
  });

  test('is not repeated at length', async () => {
    assert.ok((await refused({ ...request, messages: 'x'.repeat(1e6) })).length < 200);
  });
});
