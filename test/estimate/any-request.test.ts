import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { countTexts } from '../../src/estimate/count.ts';
import { createEstimator } from '../../src/estimate/estimator.ts';
import { EstimateError, type EstimateRequest, estimateCost } from '../../src/estimate/index.ts';
import { loadTokenizer } from '../../src/estimate/tokenizer.ts';

const guess = createEstimator({ loadTokenizer: () => Promise.reject(new Error('none')) });

/** What an SDK might be given, with any part replaced by anything. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('<|endoftext|>', '\ud800', 'a'.repeat(300), ''),
);
const or = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: fc.anything() });
const kinds = fc.constantFrom(
  ...[
    'text',
    'input_text',
    'image',
    'image_url',
    'input_image',
    'document',
    'tool_use',
    'tool_result',
    'file',
  ],
  ...['thinking', 'reasoning', 'function_call', 'input_audio', 'search_result', 'hologram'],
);
const { content } = fc.letrec((tie) => ({
  block: fc.record(
    {
      type: or(kinds),
      text: or(text),
      source: or(
        fc.record({ type: or(fc.constantFrom('base64', 'text', 'content', 'url')), data: or(text) }),
      ),
      image_url: or(fc.record({ url: or(text), detail: or(fc.constantFrom('low', 'high')) })),
      input: fc.anything(),
      content: tie('content'),
    },
    { requiredKeys: ['type'] },
  ),
  content: fc.oneof({ maxDepth: 4 }, or(text), fc.array(tie('block'), { maxLength: 4 })),
}));
const message = fc.record(
  {
    role: or(fc.constantFrom('user', 'assistant', 'system', 'tool', 'function')),
    type: or(kinds),
    name: or(text),
    content,
    output: content,
    tool_calls: or(fc.array(fc.record({ function: or(fc.record({ name: or(text), arguments: or(text) })) }))),
  },
  { requiredKeys: ['role'] },
);
const schema = or(
  fc.record({
    type: or(fc.constantFrom('object', 'array')),
    properties: fc.dictionary(fc.string(), fc.anything()),
  }),
);
const tool = fc.record(
  {
    type: or(fc.constant('function')),
    name: or(text),
    function: or(fc.record({ name: or(text), parameters: schema })),
    input_schema: schema,
  },
  { requiredKeys: ['type'] },
);
const shared = {
  model: fc.constantFrom('gpt-4', 'gpt-4o', 'claude-opus-4-7', 'claude-3-opus-latest', 'unheard-of'),
  tools: fc.array(tool, { maxLength: 3 }),
  maxOutputTokens: fc.nat(),
};
const requests = fc.oneof(
  fc.record({
    provider: fc.constantFrom('openai', 'anthropic'),
    messages: fc.array(message, { maxLength: 4 }),
    ...shared,
  }),
  fc.record({
    provider: fc.constant('openai'),
    input: fc.oneof(text, fc.array(message, { maxLength: 4 })),
    ...shared,
  }),
);

async function check(estimate: typeof estimateCost, request: unknown): Promise<void> {
  const result = await estimate(request as EstimateRequest);
  assert.ok(
    Number.isSafeInteger(result.inputTokens) && result.inputTokens >= 0,
    `${result.inputTokens} tokens`,
  );
  assert.equal(result.complete, result.unknown.length === 0);
  assert.equal(result.cost === undefined, result.unpriced !== undefined);
  if (result.cost === undefined) return;
  const { minUsd, maxUsd } = result.cost;
  assert.ok(Number.isFinite(minUsd) && minUsd >= 0, `${minUsd}`);
  assert.equal(maxUsd !== undefined, result.complete);
  if (maxUsd !== undefined) assert.ok(Number.isFinite(maxUsd) && maxUsd >= minUsd, `${maxUsd}`);
}

describe('any request', () => {
  test('has an estimate that is a number and not negative', async () => {
    await fc.assert(
      fc.asyncProperty(requests, (request) => check(estimateCost, request)),
      { numRuns: 300, seed: 1 },
    );
  });

  test('has one without gpt-tokenizer, too', async () => {
    await fc.assert(
      fc.asyncProperty(requests, (request) => check(guess, request)),
      { numRuns: 300, seed: 1 },
    );
  });

  test('is refused with an EstimateError if it is none', async () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ ...shared, provider: fc.anything(), input: fc.anything() }),
    );
    const refused = async (request: unknown) => {
      const result = await estimateCost(request as EstimateRequest).catch((error: unknown) => error);
      assert.ok(!(result instanceof Error) || result instanceof EstimateError, String(result));
    };
    await fc.assert(fc.asyncProperty(anything, refused), { numRuns: 300, seed: 1 });
  });

  test('may be nested deeper than the stack, or contain itself', async () => {
    const nest = (wrap: (inner: unknown) => unknown, innermost: unknown) => {
      let value = innermost;
      for (let depth = 0; depth < 20_000; depth++) value = wrap(value);
      return value;
    };
    const results = nest((inner) => [{ type: 'tool_result', content: inner }], 'deep');
    const schemas = nest((inner) => ({ type: 'object', properties: { a: inner } }), { type: 'string' });
    const itself: unknown[] = [];
    itself.push(
      { type: 'tool_result', content: itself },
      { type: 'tool_use', name: 'loop', input: { itself } },
    );
    for (const inside of [results, itself]) {
      const messages = [{ role: 'user', content: inside }];
      const tools = [{ name: 'deep', input_schema: schemas, parameters: schemas }];
      for (const provider of ['openai', 'anthropic'])
        await check(estimateCost, {
          provider,
          model: 'claude-opus-4-6',
          messages,
          tools,
          maxOutputTokens: 1,
        });
    }
  });
});

test('the tokens of any short text are those of gpt-tokenizer', async () => {
  const { count } = await loadTokenizer('o200k_base');
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const expected = countTokens(given, { disallowedSpecial: new Set() });
      assert.equal(await countTexts([given], (piece) => count(piece)), expected);
    }),
    { numRuns: 1000, seed: 1 },
  );
});
