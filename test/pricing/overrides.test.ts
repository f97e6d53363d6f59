import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkMeterConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/index.ts';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { checkPrices, Overrides, type PriceOptions } from '../../src/pricing/overrides.ts';
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

  test('another name for a model with a price of its own', () => {
    const models = { a: { sameAs: 'gpt-4.1' }, 'gpt-4.1': { factor: 0.5 } };
    assert.equal(price({ models }, 'a'), LISTED / 2n);
    assert.equal(price({ models, factor: 0.1 }, 'a'), LISTED / 2n);
    assert.equal(price({ models: { ...models, a: { sameAs: 'gpt-4.1', factor: 0.5 } } }, 'a'), LISTED / 4n);
    // By another name of it, too.
    assert.equal(price({ models: { ...models, a: { sameAs: 'gpt-4.1-2025-04-14' } } }, 'a'), LISTED / 2n);
  });

  test('a chain of names ends at rates, or at nothing', () => {
    const models = { a: { sameAs: 'b', factor: 2 }, b: { sameAs: 'c' }, c: { input: 1, output: 2 } };
    assert.equal(price({ models }, 'b'), 2_000_000_000n);
    assert.equal(price({ models }, 'a'), 4_000_000_000n);
    assert.equal(price({ models: { a: { sameAs: 'b' }, b: { free: true } } }, 'a'), 0n);
  });

  test('a part of what a model costs, under a name of its own that is the same as its other name', () => {
    const models = { 'gpt-4.1-2025-04-14': { sameAs: 'gpt-4.1', factor: 0.5 } };
    assert.equal(price({ models }, 'gpt-4.1-2025-04-14'), LISTED / 2n);
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

  const named = (provider: string, model: string, own: string, vendor = provider) => {
    const book = new PriceBook(table, new Overrides({ models: { [own]: { factor: 0.5 } } }));
    const call = book.price({ provider, vendor, model: [model], usage: USAGE });
    const listed = new PriceBook(table).price({ provider, vendor, model: [model], usage: USAGE });
    assert.ok(!isUnpriced(call) && !isUnpriced(listed));
    return call.picoUsd === listed.picoUsd / 2n ? 'half' : call.picoUsd === listed.picoUsd ? 'listed' : '?';
  };

  for (const [provider, ...names] of [
    [
      'anthropic',
      'claude-sonnet-4',
      'claude-sonnet-4-0',
      'claude-sonnet-4-20250514',
      'claude-sonnet-4@20250514',
    ],
    ['openai', 'gpt-5.6', 'gpt-5.6-sol', 'openai/gpt-5.6', 'gpt-5.6-sol-2026-07-01'],
    [
      'anthropic',
      'claude-sonnet-4-5',
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
  ] as const) {
    test(`a price under any name of ${names[0]} holds for all of them`, () => {
      for (const own of names) {
        for (const model of names) assert.equal(named(provider, model, own), 'half', `${own}: ${model}`);
      }
    });
  }

  test('a price under another name of a model holds for its vendor only, where it names one', () => {
    const own = 'azure.ai.openai/gpt-4.1-2025-04-14';
    assert.equal(named('openai', 'gpt-4.1', own, 'azure.ai.openai'), 'half');
    assert.equal(named('openai', 'gpt-4.1', own), 'listed');
  });

  test('one fine-tuned model is not another', () => {
    const own = 'ft:gpt-4o-mini-2024-07-18:org::a';
    assert.equal(named('openai', own, own), 'half');
    assert.equal(named('openai', 'ft:gpt-4o-mini-2024-07-18:org::b', own), 'listed');
  });

  test('prices of several names of a model hold for those, and leave its other names without one', () => {
    const models = { 'gpt-4o-2024-08-06': { factor: 0.5 }, 'gpt-4o-2024-11-20': { factor: 0.1 } };
    assert.equal(price({ models }, 'gpt-4o-2024-08-06'), 3_750_000_000n);
    assert.equal(price({ models }, 'gpt-4o-2024-11-20'), 750_000_000n);
    assert.equal(price({ models }, 'gpt-4o'), 'ambiguous_own_price');
    assert.equal(price({ models: { ...models, 'gpt-4o': { factor: 2 } } }, 'gpt-4o-latest'), 15_000_000_000n);
  });

  test('tools of a known model have the fees of the table, with rates of its own', () => {
    const searched = usageOf({ uncached: 1000, serverTools: { web_search: 2 } });
    assert.equal(price({ models: { 'gpt-4.1': { input: 1 } } }, 'gpt-4.1', searched), 21_000_000_000n);
    assert.equal(price({ models: { acme: { input: 1 } } }, 'acme', searched), 'no_fee:web_search');
  });

  test('fees of tools can be stated, for a model or for all, and no factor is on them', () => {
    const ran = usageOf({ uncached: 1000, serverTools: { code_interpreter: 2, web_search: 1 } });
    const fee = { code_interpreter: 0.03 };
    const cost = (options: PriceOptions, model = 'gpt-4.1') => price(options, model, ran);
    assert.equal(cost({}), 'no_fee:code_interpreter');
    assert.equal(cost({ toolFees: fee }), 2_000_000_000n + 60_000_000_000n + 10_000_000_000n);
    assert.equal(cost({ toolFees: fee, factor: 0.5 }), 66_000_000_000n);
    assert.equal(cost({ models: { 'gpt-4.1': { factor: 0.5, toolFees: fee } } }), 66_000_000_000n);
    assert.equal(
      cost({ toolFees: fee, models: { 'gpt-4.1': { factor: 1, toolFees: { code_interpreter: 0 } } } }),
      12_000_000_000n,
    );
    const acme = { input: 1, toolFees: { ...fee, web_search: 0.02 } };
    assert.equal(cost({ models: { acme } }, 'acme'), 81_000_000_000n);
    assert.equal(cost({ models: { acme, b: { sameAs: 'acme' } } }, 'b'), 81_000_000_000n);
    const bad = usageOf({ serverTools: { code_interpreter: 1.5 } });
    assert.equal(price({ toolFees: fee }, 'gpt-4.1', bad), 'bad_count:serverTools');
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
    ['a factor that would be 0', { factor: 1e-10 }, 'option prices.factor: got 1e-10', '6 decimals'],
    ['a rate that would be 0', { models: { a: { input: 1e-10 } } }, 'a.input: got 1e-10', '6 decimals'],
    ['a rate between two', { models: { a: { input: 0.0000015 } } }, 'a.input: got 0.0000015', '6 decimals'],
    [
      'a fee that would be 0',
      { toolFees: { x: 1e-9 } },
      'option prices.toolFees.x: got 1e-9',
      'USD per call',
    ],
    ['an endless factor', { factor: Number.POSITIVE_INFINITY }, 'option prices.factor: got Infinity'],
    ['NaN of a model', { models: { a: { factor: Number.NaN } } }, 'option prices.models.a.factor: got NaN'],
    ['a list of models', { models: [] }, 'option prices.models: got', 'an object from model'],
    ['a Map of models', { models: new Map() }, 'option prices.models: got [object Map]', 'an object from'],
    ['a name that is none', { models: JSON.parse('{"__proto__":{"free":true}}') }, 'models.__proto__: got'],
    [
      'another such name',
      { models: { constructor: { free: true } } },
      'models.constructor: got',
      'another name',
    ],
    ['a list as a price', { models: { a: [] } }, 'option prices.models.a: got', '`free: true`'],
    ['the same as nobody', { models: { a: { sameAs: 'nope' } } }, 'a.sameAs: got "nope"', 'knows'],
    [
      'the same as itself',
      { models: { 'gpt-4.1': { sameAs: 'gpt-4.1' } } },
      'sameAs: got "gpt-4.1"',
      'another',
    ],
    [
      'the same as one that is the same as nobody',
      { models: { a: { sameAs: 'b' }, b: { sameAs: 'c' } } },
      'b.sameAs',
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

test('every entry of a circle is named, and whatever else is wrong', () => {
  const models = { a: { sameAs: 'b' }, b: { sameAs: 'a' }, c: { sameAs: 'nope' }, d: { input: -1 } };
  assert.throws(
    () => checkPrices({ models, factor: -1 }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      const places = error.problems.map((problem) => problem.split(':')[0]);
      assert.deepEqual(places.sort(), [
        'option prices.factor',
        'option prices.models.a.sameAs',
        'option prices.models.b.sameAs',
        'option prices.models.c.sameAs',
        'option prices.models.d.input',
      ]);
      return true;
    },
  );
});

test('what is left of a sum in the last bits of a number is no decimal', () => {
  assert.equal(checkPrices({ factor: 0.1 + 0.2 }).factor, 0.1 + 0.2);
  assert.equal(price({ factor: 0.1 + 0.2 }, 'gpt-4.1'), 1_800_000_000n);
});
