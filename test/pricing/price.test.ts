import assert from 'node:assert/strict';
import test from 'node:test';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { priceCall, tableVersion } from '../../src/pricing/price.ts';
import { usageOf } from './records.ts';

const NOW = new Date('2026-11-22T00:00:00Z');

function pico(
  provider: string,
  model: string | readonly unknown[],
  parts: Parameters<typeof usageOf>[0],
  at = NOW,
) {
  const names = typeof model === 'string' ? [model] : model;
  const call = priceCall({ provider, model: names, usage: usageOf(parts), at });
  return isUnpriced(call) ? call.reason : call.picoUsd;
}

// Each figure is worked out by hand from the published USD per million tokens.
const SEEDS: readonly [provider: string, model: string, picoUsd: bigint][] = [
  ['openai', 'gpt-4.1', 6_000_000_000n],
  ['openai', 'gpt-4.1-mini', 1_200_000_000n],
  ['openai', 'gpt-4.1-nano', 300_000_000n],
  ['anthropic', 'claude-sonnet-4-20250514', 10_500_000_000n],
  ['anthropic', 'claude-3-5-haiku-20241022', 2_800_000_000n],
];

for (const [provider, model, picoUsd] of SEEDS) {
  test(`1,000 tokens in and 500 out of ${model} cost ${picoUsd} pico-dollars`, () => {
    assert.equal(pico(provider, model, { uncached: 1000, text: 500 }), picoUsd);
  });
}

test('formula 1: cached tokens and writes', () => {
  assert.equal(pico('openai', 'gpt-4.1', { uncached: 400, cacheRead: 600, text: 100 }), 1_900_000_000n);
  const write = {
    uncached: 100,
    cacheRead: 1000,
    cacheWrite: 300,
    byLifetime: { '5m': 200, '1h': 100 },
    text: 10,
  };
  assert.equal(pico('anthropic', 'claude-sonnet-4-5', write), 2_100_000_000n);
});

test('formula 2: cache reads are no tenth of input', () => {
  assert.equal(pico('anthropic', 'claude-opus-5-5', { cacheRead: 1000 }), 200_000_000n);
  assert.equal(pico('anthropic', 'claude-fable-5-1', { cacheRead: 1000 }), 250_000_000n);
});

test('formula 4: OpenAI cache writes cost 1.25 times input', () => {
  assert.equal(pico('openai', 'gpt-5.6-sol', { uncached: 100, cacheWrite: 100 }), 900_000_000n);
  assert.equal(pico('openai', 'gpt-6-sol', { cacheWrite: 100, byLifetime: { '30m': 100 } }), 250_000_000n);
  assert.equal(pico('openai', 'gpt-6.2-sol', { cacheWrite: 100, byLifetime: { '12h': 100 } }), 500_000_000n);
  assert.equal(
    pico('openai', 'gpt-6-sol', { cacheWrite: 100, byLifetime: { '12h': 100 } }),
    'no_rate:cacheWrite12h',
  );
});

test('formula 5: long context', () => {
  assert.equal(pico('openai', 'gpt-5.4', { uncached: 272_000, text: 1000 }), 695_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.4', { uncached: 272_001, text: 1000 }), 1_382_505_000_000n);
  assert.equal(pico('openai', 'gpt-5.4-mini', { uncached: 300_000 }), 225_000_000_000n);
  assert.equal(pico('anthropic', 'claude-haiku-5-5', { uncached: 100_000, text: 1000 }), 10_500_000_000n);
  assert.equal(pico('anthropic', 'claude-haiku-5-5', { uncached: 100_001, text: 1000 }), 52_500_500_000n);
  assert.equal(
    pico('anthropic', 'claude-sonnet-4-20250514', { uncached: 200_001, text: 1000 }),
    1_222_506_000_000n,
  );
  assert.equal(pico('anthropic', 'claude-sonnet-4-5', { uncached: 200_001, text: 1000 }), 1_222_506_000_000n);
  const opus = { uncached: 200_001 };
  assert.equal(
    pico('anthropic', 'claude-opus-4-6', opus, new Date('2026-03-12T23:59:59Z')),
    2_000_010_000_000n,
  );
  assert.equal(
    pico('anthropic', 'claude-opus-4-6', opus, new Date('2026-03-13T00:00:00Z')),
    1_000_005_000_000n,
  );
});

test('formula 6: the tier that the response names', () => {
  const parts = { uncached: 1000, text: 1000 };
  assert.equal(pico('openai', 'gpt-5.5', { ...parts, serviceTier: 'default' }), 35_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.5', { ...parts, serviceTier: 'priority' }), 87_500_000_000n);
  assert.equal(pico('openai', 'gpt-5.5', { ...parts, serviceTier: 'flex' }), 17_500_000_000n);
  assert.equal(pico('openai', 'gpt-5.5', { ...parts, serviceTier: 'batch' }), 17_500_000_000n);
  assert.equal(pico('openai', 'gpt-4.1', { ...parts, serviceTier: 'priority' }), 17_500_000_000n);
  assert.equal(pico('openai', 'gpt-5.6-sol', { ...parts, serviceTier: 'fast' }), 48_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.5', { ...parts, serviceTier: 'scale' }), 'tier:scale');
  assert.equal(
    pico('openai', 'gpt-5.5', { uncached: 272_001, serviceTier: 'priority' }),
    'long_context:priority',
  );
  assert.equal(pico('openai', 'gpt-4.1', { cacheRead: 1000, serviceTier: 'batch' }), 250_000_000n);
  // Half, and twice, of every class.
  const written = { uncached: 904, cacheRead: 0, cacheWrite: 4096, text: 100 };
  for (const [model, standard] of [
    ['gpt-6.1-sol', 13_048_000_000n],
    ['gpt-6.1-terra', 6_524_000_000n],
    ['gpt-6.2-sol', 13_048_000_000n],
  ] as const) {
    assert.equal(pico('openai', model, written), standard);
    for (const serviceTier of ['batch', 'flex'])
      assert.equal(pico('openai', model, { ...written, serviceTier }), standard / 2n);
    assert.equal(pico('openai', model, { ...written, serviceTier: 'priority' }), standard * 2n);
  }
  assert.equal(
    pico('openai', 'gpt-6.2-sol', { cacheWrite: 10, byLifetime: { '12h': 10 }, serviceTier: 'flex' }),
    25_000_000n,
  );
  assert.equal(
    pico('openai', 'codex-auto-review', { ...parts, cacheRead: 1000, serviceTier: 'priority' }),
    71_000_000_000n,
  );
  assert.equal(pico('openai', 'gpt-5.5-pro', { cacheRead: 1000 }), 3_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.4-pro', { cacheRead: 272_001 }), 1_632_006_000_000n);
  assert.equal(pico('anthropic', 'claude-opus-5', { ...parts, serviceTier: 'priority' }), 'tier:priority');
});

test('formula 7: fast mode and batches of Claude, search fees in full', () => {
  const parts = { uncached: 1000, text: 1000 };
  assert.equal(pico('anthropic', 'claude-opus-4-6', { ...parts, speed: 'fast' }), 180_000_000_000n);
  assert.equal(pico('anthropic', 'claude-opus-5', { ...parts, speed: 'fast' }), 60_000_000_000n);
  assert.equal(pico('anthropic', 'claude-opus-5-5', { ...parts, speed: 'fast' }), 48_000_000_000n);
  assert.equal(pico('anthropic', 'claude-sonnet-5', { ...parts, speed: 'fast' }), 'tier:fast');
  const batch = { ...parts, serviceTier: 'batch', serverTools: { web_search: 1 } };
  assert.equal(pico('anthropic', 'claude-opus-5', batch), 25_000_000_000n);
});

test('formula 8: US inference and regional Bedrock endpoints cost a tenth more, where that applies', () => {
  const parts = { uncached: 1000, cacheRead: 1000, text: 1000 };
  assert.equal(pico('anthropic', 'claude-sonnet-5', { ...parts, region: 'us' }), 13_420_000_000n);
  const bedrock = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
  assert.equal(pico('anthropic', bedrock, parts), 20_130_000_000n);
  assert.equal(pico('anthropic', ['claude-sonnet-4-5-20250929', bedrock], parts), 20_130_000_000n);
  assert.equal(pico('anthropic', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', parts), 18_300_000_000n);
  assert.equal(pico('anthropic', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', parts), 18_300_000_000n);
});

test('formula 9: web searches', () => {
  assert.equal(
    pico('anthropic', 'claude-sonnet-5', { text: 100, serverTools: { web_search: 3 } }),
    31_000_000_000n,
  );
  assert.equal(
    pico('anthropic', 'claude-sonnet-5', { text: 100, serverTools: { web_fetch: 3 } }),
    1_000_000_000n,
  );
  assert.equal(
    pico('openai', 'gpt-5', { text: 100, serverTools: { web_search: 1, file_search: 2 } }),
    16_000_000_000n,
  );
  assert.equal(pico('openai', 'gpt-5', { serverTools: { code_interpreter: 1 } }), 'no_fee:code_interpreter');
});

test('formula 13: prices of the day', () => {
  const parts = { uncached: 1000, text: 1000 };
  assert.equal(pico('openai', 'gpt-5.6-sol', parts, new Date('2026-08-20T23:59:59.999Z')), 35_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.6-sol', parts, new Date('2026-08-21T00:00:00Z')), 24_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.6-luna', parts, new Date('2026-07-29')), 7_000_000_000n);
  assert.equal(pico('openai', 'gpt-5.6-luna', parts, new Date('2026-07-30')), 1_400_000_000n);
  assert.equal(pico('openai', 'o3', parts, new Date('2025-06-09')), 50_000_000_000n);
  assert.equal(
    pico('anthropic', 'claude-sonnet-5-5', { cacheRead: 1000 }, new Date('2026-10-06')),
    200_000_000n,
  );
  assert.equal(
    pico('anthropic', 'claude-sonnet-5-5', { cacheRead: 1000 }, new Date('2026-10-07')),
    100_000_000n,
  );
  assert.equal(pico('openai', 'o3', parts, new Date(Number.NaN)), 'bad_date');
});

test('formula 15: audio', () => {
  const call = { uncached: 1000, inputAudio: 400, text: 100, outputAudio: 50 };
  assert.equal(pico('openai', 'gpt-4o-audio-preview', call), 22_500_000_000n);
  assert.equal(
    pico('openai', 'gpt-4o-transcribe', { uncached: 1000, inputAudio: 1000, text: 100 }),
    7_000_000_000n,
  );
  assert.equal(pico('openai', 'gpt-4.1', { uncached: 10, inputAudio: 10 }), 'no_rate:inputAudio');
});

test('formula 16: fine-tuned models', () => {
  const parts = { uncached: 1000, text: 1000 };
  assert.equal(pico('openai', 'ft:gpt-4o-mini-2024-07-18:org::id', parts), 1_500_000_000n);
  assert.equal(pico('openai', 'gpt-4o-mini', parts), 750_000_000n);
  assert.equal(pico('openai', 'ft:gpt-5-2025-08-07:org::id', parts), 'unknown_model');
  const batch = { ...parts, serviceTier: 'batch' };
  assert.equal(pico('openai', 'ft:gpt-4o-mini-2024-07-18:org::id', batch), 750_000_000n);
  assert.equal(
    pico('openai', 'ft:gpt-4.1-2025-04-14:org::id', { cacheRead: 1, serviceTier: 'batch' }),
    'no_rate:cacheRead',
  );
});

test('formula 17: a million embeddings of 3 tokens', () => {
  let sum = 0n;
  const usage = usageOf({ uncached: 3 });
  for (let index = 0; index < 1_000_000; index++) {
    const call = priceCall({ provider: 'openai', model: ['text-embedding-3-small'], usage, at: NOW });
    if (!isUnpriced(call)) sum += call.picoUsd;
  }
  assert.equal(sum, 60_000_000_000n);
});

test('formula 18: what is unknown has no cost', () => {
  assert.equal(pico('openai', 'gpt-99', { uncached: 1 }), 'unknown_model');
  assert.equal(pico('mistral', 'gpt-4.1', { uncached: 1 }), 'unknown_provider');
  assert.equal(pico('openai', 'gpt-4o-audio-preview-2024-10-01', { uncached: 1 }), 'no_price');
  assert.equal(pico('openai', [], { uncached: 1 }), 'unknown_model');
});

test('formula 19: the name of the response counts, then that of the request', () => {
  const usage = usageOf({ uncached: 1000 });
  const priced = (...model: unknown[]) => {
    const call = priceCall({ provider: 'openai', model, usage });
    return isUnpriced(call) ? call.reason : [call.model, call.confidence, call.tableVersion];
  };
  assert.deepEqual(priced('gpt-4o-2024-05-13', 'gpt-4o'), ['gpt-4o-2024-05-13', 'exact', tableVersion]);
  assert.deepEqual(priced(undefined, 'gpt-4o'), ['gpt-4o', 'exact', tableVersion]);
  assert.deepEqual(priced('a-deployment', 'gpt-4o'), ['gpt-4o', 'assumed', tableVersion]);
  assert.deepEqual(priced('gpt-4o', 'a-deployment'), ['gpt-4o', 'exact', tableVersion]);
  assert.deepEqual(priced('gpt-4-1106-preview'), ['gpt-4-turbo', 'alias', tableVersion]);
});
