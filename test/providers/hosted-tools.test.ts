import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { PriceBook } from '../../src/pricing/price.ts';
import { table } from '../../src/pricing/table.ts';
import { response } from '../../src/providers/openai/response.ts';

const AT = new Date('2026-11-22T00:00:00Z');
const { price } = new PriceBook(table);

/** What a response of gpt-4.1 cost besides its own tokens, in pico-dollars, or why that is not known. */
function beside(fields: object): bigint | string {
  const usage = response({ usage: { input_tokens: 1000, output_tokens: 100 }, ...fields })?.usage;
  if (usage === undefined) return 'invalid usage';
  const call = price({ provider: 'openai', model: ['gpt-4.1'], usage, at: AT });
  return isUnpriced(call) ? call.reason : call.picoUsd - 2_800_000_000n;
}

const search = (status: string) => ({ type: 'web_search_call', status, action: { type: 'search' } });
const searches = (num_requests: unknown) => ({ tool_usage: { web_search: { num_requests } } });

describe('web searches of a response', () => {
  test('are those that OpenAI says it charges, whatever the items are', () => {
    const output = [search('completed'), search('completed')];
    assert.equal(beside({ output, ...searches(1) }), 10_000_000_000n);
    assert.equal(beside({ output, ...searches(0) }), 0n);
    assert.equal(beside({ output: [], ...searches(3) }), 30_000_000_000n);
  });

  test('are counted where it does not say, without those that failed', () => {
    const output = [search('completed'), search('failed'), { type: 'file_search_call', status: 'failed' }];
    assert.equal(beside({ output }), 10_000_000_000n);
    assert.equal(beside({ output, tool_usage: null }), 10_000_000_000n);
  });

  test('of a number that cannot be true make the usage invalid', () => {
    for (const bad of [-1, 1.5, '2', Number.NaN]) assert.equal(beside({ ...searches(bad) }), 'invalid usage');
  });
});

describe('images that a response generates', () => {
  const image = { type: 'image_generation_call', status: 'completed' };
  const tools = (...models: unknown[]) =>
    models.map((model) => ({ type: 'image_generation', ...(model !== undefined && { model }) }));
  const image_gen = {
    input_tokens: 100,
    input_tokens_details: { image_tokens: 40, text_tokens: 60 },
    output_tokens: 1056,
    total_tokens: 1156,
  };
  const generated = (usage: object, ...models: unknown[]) =>
    beside({ output: [image], tools: tools(...models), tool_usage: { image_gen: usage } });

  test('are charged at the price of the tool’s model', () => {
    // gpt-image-2: text in $5, images in $8 and out $30 a million.
    assert.equal(
      generated(image_gen, 'gpt-image-2'),
      60n * 5_000_000n + 40n * 8_000_000n + 1056n * 30_000_000n,
    );
    assert.equal(
      generated(
        { ...image_gen, output_tokens_details: { image_tokens: 1000, text_tokens: 56 } },
        'gpt-image-2',
      ),
      60n * 5_000_000n + 40n * 8_000_000n + 1000n * 30_000_000n + 56n * 10_000_000n,
    );
  });

  test('are of the default model where the tool names none', () => {
    assert.equal(generated(image_gen, undefined), generated(image_gen, 'gpt-image-2.6-sunburst'));
  });

  test('that were read from the cache cost what that costs', () => {
    const cached = { ...image_gen, input_tokens: 2000, cached_tokens: 1024 };
    const details = { cached_text_tokens: 1000, cached_image_tokens: 24 };
    assert.equal(
      generated({ ...cached, cached_tokens_details: details }, 'gpt-image-2.6-sunburst'),
      960n * 5_000_000n + 16n * 8_000_000n + 1000n * 1_250_000n + 24n * 2_000_000n + 1056n * 30_000_000n,
    );
  });

  test('have no price where the model or what they used is not told', () => {
    const reason = 'no_fee:image_generation';
    assert.equal(beside({ output: [image], tools: tools('gpt-image-2') }), reason);
    assert.equal(generated({ ...image_gen, input_tokens: 0, output_tokens: 0 }, 'gpt-image-2'), reason);
    assert.equal(generated({ ...image_gen, output_tokens: -1 }, 'gpt-image-2'), reason);
    assert.equal(generated(image_gen, 'gpt-image-2', 'gpt-image-1.5'), reason);
    assert.equal(generated(image_gen), reason);
    assert.equal(beside({ tool_usage: { image_gen: 'many' } }), reason);
    // From 1,024 tokens on, they can have been cached.
    assert.equal(generated({ ...image_gen, input_tokens: 1024 }, 'gpt-image-2'), reason);
    assert.equal(generated(image_gen, 'gpt-image-99'), 'unknown_model');
  });

  test('that failed were not generated', () => {
    assert.equal(beside({ output: [{ ...image, status: 'failed' }], tools: tools('gpt-image-2') }), 0n);
  });

  test('are tokens of the call', () => {
    const usage = response({
      usage: { input_tokens: 1000, output_tokens: 100 },
      tools: tools('gpt-image-2'),
      tool_usage: { image_gen },
    })?.usage;
    assert.deepEqual([usage?.input.total, usage?.input.image, usage?.output.image], [1100, 40, 1056]);
    assert.deepEqual(
      usage?.parts?.map(({ model, input }) => [model, input.total]),
      [
        [undefined, 1000],
        ['gpt-image-2', 100],
      ],
    );
  });
});

describe('other hosted tools', () => {
  for (const [name, item, expected] of [
    ['a code interpreter', { type: 'code_interpreter_call' }, 'no_fee:code_interpreter'],
    ['a hosted shell', { type: 'shell_call', environment: { type: 'container_reference' } }, 'no_fee:shell'],
    ['a shell of nobody knows where', { type: 'shell_call', environment: null }, 'no_fee:shell'],
    ['a local shell', { type: 'shell_call', environment: { type: 'local' } }, 0n],
    ['a tool of tomorrow', { type: 'time_travel_call' }, 'no_fee:time_travel'],
    ['a function', { type: 'function_call' }, 0n],
    ['an MCP server', { type: 'mcp_call' }, 0n],
    ['a computer', { type: 'computer_call' }, 0n],
    ['what a shell said', { type: 'shell_call_output' }, 0n],
  ] as const) {
    test(`${name}: ${expected}`, () => assert.equal(beside({ output: [item] }), expected));
  }
});
