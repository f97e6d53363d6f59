import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkMeterConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/index.ts';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { Overrides, type PriceOptions } from '../../src/pricing/overrides.ts';
import { PriceBook } from '../../src/pricing/price.ts';
import { table } from '../../src/pricing/table.ts';
import { usageOf } from './records.ts';

const USAGE = usageOf({ uncached: 1000, text: 500 });

function price(options: PriceOptions, model: string, usage = USAGE, vendor = 'openai') {
  const book = new PriceBook(table, new Overrides(options));
  const call = book.price({ provider: 'openai', vendor, model: [model], usage });
  return isUnpriced(call) ? call.reason : call.picoUsd;
}

describe('prices of your own', () => {
  // 1,000 tokens in at $2, and 500 out at $8 a million.
  const LISTED = 6_000_000_000n;

  test('without any, the table', () => assert.equal(price({}, 'gpt-4.1'), LISTED));

  test('a factor on everything that the table says', () => {
    assert.equal(price({ factor: 0.85 }, 'gpt-4.1'), (LISTED * 85n) / 100n);
  });

  test('a factor on one model, by any of its names, in place of the general one', () => {
    const options = { factor: 0.5, models: { 'gpt-4.1': { factor: 0.9 } } };
    assert.equal(price(options, 'gpt-4.1-2025-04-14'), (LISTED * 9n) / 10n);
    assert.equal(price(options, 'gpt-4.1-mini'), 600_000_000n);
  });

  test('rates, for a model that the table knows, or not; whatever the tier', () => {
    const own = { models: { 'gpt-4.1': { input: 1.5, output: 6 }, acme: { input: 0.0375, output: 0.15 } } };
    assert.equal(price(own, 'gpt-4.1'), 4_500_000_000n);
    assert.equal(price(own, 'acme', { ...USAGE, serviceTier: 'scale' }), 37_500_000n + 75_000_000n);
  });

  test('a class without a rate of its own has no price', () => {
    const cached = usageOf({ uncached: 1, cacheRead: 1 });
    assert.equal(price({ models: { acme: { input: 1 } } }, 'acme', cached), 'no_rate:cacheRead');
    assert.equal(price({ models: { acme: { input: 1, cacheRead: 0.5 } } }, 'acme', cached), 1_500_000n);
  });

  test('another name for a model', () => {
    assert.equal(price({ models: { prod: { sameAs: 'gpt-4.1' } } }, 'prod'), LISTED);
    assert.equal(price({ models: { prod: { sameAs: 'gpt-4.1', factor: 2 } } }, 'prod'), 2n * LISTED);
    assert.equal(price({ models: { prod: { sameAs: 'gpt-99' } } }, 'prod'), 'unknown_model');
  });

  test('a model that costs nothing, on purpose', () => {
    const options = { models: { 'llama-3.3-70b': { free: true } } } as const;
    assert.equal(price(options, 'llama-3.3-70b', usageOf({ uncached: 5, serverTools: { x: 1 } })), 0n);
  });

  test('one vendor only', () => {
    const options = { models: { 'azure.ai.openai/gpt-4.1': { factor: 0.5 } } };
    assert.equal(price(options, 'gpt-4.1', USAGE, 'azure.ai.openai'), LISTED / 2n);
    assert.equal(price(options, 'gpt-4.1'), LISTED);
  });

  test('names are whole names', () => {
    assert.equal(price({ models: { 'gpt-4': { free: true } } }, 'gpt-4.1'), LISTED);
  });

  test('a part of a pico-dollar is rounded, half up, in each class', () => {
    const one = usageOf({ uncached: 1, text: 1 });
    assert.equal(price({ models: { acme: { input: 0.000001, output: 0.000001 } } }, 'acme', one), 2n);
    assert.equal(price({ factor: 0.000001 }, 'gpt-4.1', usageOf({ uncached: 1 })), 2n);
  });
});

describe('the option `prices`', () => {
  const problems = (prices: unknown): readonly string[] => {
    try {
      checkMeterConfig({ prices });
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.problems;
    }
    return [];
  };

  test('is taken as it is when all is well', () => {
    const prices = {
      factor: 0.9,
      models: {
        a: { free: true },
        b: { input: 1, output: 2.5 },
        c: { sameAs: 'gpt-4.1' },
        d: { factor: 1.1 },
      },
      refresh: { from: 'https://prices.example.com/table.json', everySeconds: 3600 },
    };
    assert.deepEqual(checkMeterConfig({ prices }), { prices });
  });

  for (const [name, prices, ...expected] of [
    [
      'a negative rate',
      { models: { a: { input: -1 } } },
      'option prices.models.a.input: got -1',
      'USD per million',
    ],
    [
      'more decimals than are exact',
      { factor: 0.12345678 },
      'option prices.factor: got 0.12345678',
      '6 decimals',
    ],
    ['no number', { models: { a: { input: '1' } } }, 'option prices.models.a.input: got "1"'],
    ['NaN', { factor: Number.NaN }, 'option prices.factor: got NaN'],
    ['no kind of price', { models: { a: {} } }, 'option prices.models.a', '`free: true`'],
    [
      'an unknown class',
      { models: { a: { input: 1, outputs: 2 } } },
      'option prices.models.a.outputs: no such',
    ],
    ['an unknown member', { model: {} }, 'option prices.model: no such option'],
    ['a look every second', { refresh: { from: 'x', everySeconds: 1 } }, 'everySeconds: got 1', '60'],
    ['a look at nothing', { refresh: {} }, 'option prices.refresh.from'],
  ] as const) {
    test(`${name} is named`, () => {
      const [problem = '', ...others] = problems(prices);
      assert.deepEqual(others, []);
      for (const part of expected) assert.ok(problem.includes(part), problem);
    });
  }
});
