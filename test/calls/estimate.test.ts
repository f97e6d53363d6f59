import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateUsage } from '../../src/calls/estimate.ts';
import { readAnthropicUsage } from '../../src/providers/anthropic/usage.ts';
import { TextSize } from '../../src/text-size.ts';

function textOf(text: string): TextSize {
  const size = new TextSize();
  size.add(text);
  return size;
}

describe('estimates', () => {
  test('what the provider said stands', () => {
    const known = readAnthropicUsage({ input_tokens: 10, cache_read_input_tokens: 30, output_tokens: 1 });
    const usage = estimateUsage(known, ['ignored'.repeat(1000)], textOf('four'.repeat(10)));
    assert.equal(usage.input, known?.input);
    assert.equal(usage.output.total, 10);
    assert.equal(usage.estimated, true);
  });

  test('output that the provider counted higher than its text stands too', () => {
    const known = readAnthropicUsage({ input_tokens: 10, output_tokens: 50 });
    assert.equal(estimateUsage(known, undefined, textOf('four')).output.total, 50);
  });

  test('without anything, there is only what a conversation itself takes', () => {
    const { input, output } = estimateUsage(undefined, undefined, undefined);
    assert.deepEqual([input.total, output.total], [3, 0]);
  });

  test('images, files and audio inside a prompt are not read as text', () => {
    const size = new TextSize();
    size.addAll([
      { type: 'image_url', image_url: { url: 'x'.repeat(1000) } },
      { type: 'image', source: { type: 'base64', data: 'x'.repeat(1000) } },
      { type: 'text', text: 'four' },
    ]);
    assert.ok(size.ascii < 50);
  });

  test('a prompt with cycles, getters that throw nothing, and all kinds of values', () => {
    const cycle: Record<string, unknown> = {
      text: 'four',
      number: 1,
      big: 1n,
      nothing: null,
      symbol: Symbol('s'),
    };
    cycle.self = cycle;
    const size = new TextSize();
    size.addAll(cycle);
    assert.equal(size.tokens, 1);
  });

  test('scripts other than the Latin one have more tokens for the same number of characters', () => {
    assert.equal(textOf('abcdefghijkl').tokens, 3);
    assert.equal(textOf('十二個字元的中文文字呢啊').tokens, 8);
  });
});
