import assert from 'node:assert/strict';
import test from 'node:test';
import { ModelNames } from '../../src/pricing/match.ts';
import { table } from '../../src/pricing/table.ts';

const names = new ModelNames(table);
const matchModel = (provider: string, name: unknown) => names.match(provider, name);

const MATCHES: readonly [provider: string, name: string, model: string, confidence: string][] = [
  // The table's own name, or another that it lists.
  ['openai', 'gpt-4-1106-preview', 'gpt-4-turbo', 'alias'],
  ['openai', 'gpt-4.1', 'gpt-4.1', 'exact'],
  ['openai', 'gpt-4.1-2025-04-14', 'gpt-4.1', 'alias'],
  ['openai', 'gpt-4o-2024-05-13', 'gpt-4o-2024-05-13', 'exact'],
  ['openai', 'gpt-4-0613', 'gpt-4', 'alias'],
  ['openai', 'gpt-3.5-turbo-1106', 'gpt-3.5-turbo-1106', 'exact'],
  ['openai', 'gpt-4o-audio-preview', 'gpt-4o-audio-preview', 'exact'],
  ['openai', 'gpt-5-chat-latest', 'gpt-5', 'alias'],
  ['anthropic', 'claude-haiku-4.5', 'claude-haiku-4-5', 'alias'],
  ['anthropic', 'claude-opus-4-20250514', 'claude-opus-4-0', 'alias'],
  ['anthropic', 'claude-sonnet-5-5', 'claude-sonnet-5-5', 'exact'],
  // A date suffix.
  ['openai', 'gpt-5.6-luna-2026-07-01', 'gpt-5.6-luna', 'alias'],
  ['openai', 'gpt-4o-transcribe-2025-03-20', 'gpt-4o-transcribe', 'alias'],
  ['anthropic', 'claude-sonnet-4-20250514', 'claude-sonnet-4-0', 'alias'],
  ['anthropic', 'claude-3-5-haiku-20241022', 'claude-3-5-haiku-latest', 'alias'],
  ['anthropic', 'claude-3-5-sonnet-20240620', 'claude-3-5-sonnet', 'alias'],
  ['openai', 'gpt-3.5-turbo-instruct:20230824-v2', 'gpt-3.5-turbo-instruct', 'alias'],
  // -latest.
  ['anthropic', 'claude-3-5-sonnet-latest', 'claude-3-5-sonnet', 'alias'],
  ['openai', 'gpt-4o-latest', 'gpt-4o', 'alias'],
  // A provider prefix.
  ['openai', 'openai/gpt-4.1-mini', 'gpt-4.1-mini', 'alias'],
  ['anthropic', 'anthropic/claude-opus-4-5-20251101', 'claude-opus-4-5', 'alias'],
  // Bedrock.
  ['anthropic', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5', 'alias'],
  ['anthropic', 'global.anthropic.claude-opus-4-6-v1', 'claude-opus-4-6', 'alias'],
  ['anthropic', 'anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet', 'alias'],
  ['anthropic', 'anthropic.claude-haiku-5-5', 'claude-haiku-5-5', 'alias'],
  ['anthropic', 'anthropic.claude-v2:1', 'claude-2', 'alias'],
  [
    'anthropic',
    'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1',
    'claude-opus-4-6',
    'alias',
  ],
  // Vertex.
  ['anthropic', 'claude-sonnet-4-5@20250929', 'claude-sonnet-4-5', 'alias'],
  ['anthropic', 'claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet', 'alias'],
  ['anthropic', 'claude-opus-4-6@default', 'claude-opus-4-6', 'alias'],
  // Fine-tuned models have entries of their own.
  ['openai', 'ft:gpt-4o-mini-2024-07-18:org::id', 'ft:gpt-4o-mini', 'alias'],
  ['openai', 'ft:gpt-4.1-2025-04-14:org:name:id:ckpt-step-80', 'ft:gpt-4.1', 'alias'],
  ['openai', 'ft:gpt-3.5-turbo-0125:org::id', 'ft:gpt-3.5-turbo', 'alias'],
];

for (const [provider, name, model, confidence] of MATCHES) {
  test(`${name} is ${model}`, () => {
    const match = matchModel(provider, name);
    assert.deepEqual([match?.model, match?.confidence], [model, confidence]);
  });
}

const NO_MATCH: readonly [provider: string, name: unknown][] = [
  // No open prefix, in either direction.
  ['anthropic', 'claude-sonnet-5-7'],
  ['anthropic', 'claude-sonnet-5-5-5'],
  ['anthropic', 'claude-fable-5-1-1'],
  ['anthropic', 'claude-opus-4'.slice(0, -1)],
  ['openai', 'gpt-4o-mini-audio'],
  ['openai', 'gpt-4.1-custom'],
  ['openai', 'gpt-5-nano-next'],
  ['openai', 'gpt-4'.repeat(2)],
  ['openai', 'my-gpt-4.1'],
  ['openai', 'o'],
  // Suffixes that are no dates, or stand on no known base.
  ['openai', 'gpt-4.1-2025-13-45'],
  ['openai', 'gpt-4.1-2025-02-30'],
  ['openai', 'gpt-4.1-0414'],
  ['openai', 'gpt-99-2025-04-14'],
  ['openai', 'gpt-4.1-2025-04-14-2025-04-14'],
  // Never the base's price.
  ['openai', 'ft:gpt-4-0613:org::id'],
  ['openai', 'ft:gpt-5:org::id'],
  ['openai', 'ft:gpt-4.1-custom:org::id'],
  // Another provider's models.
  ['openai', 'claude-sonnet-5'],
  ['openai', 'anthropic/claude-sonnet-5'],
  ['anthropic', 'gpt-4.1'],
  ['mistral', 'gpt-4.1'],
  // Prices of other vendors.
  ['openai', 'gpt-oss-20b'],
  ['anthropic', 'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  // Nothing that a plain object would answer to, and no names that are none.
  ['openai', 'constructor'],
  ['openai', '__proto__'],
  ['constructor', 'name'],
  ['openai', ''],
  ['openai', 'gpt-4.1'.padEnd(100_000, '-2025-04-14')],
  ['openai', undefined],
  ['openai', null],
  ['openai', 41],
  ['openai', { toString: () => 'gpt-4.1' }],
];

for (const [provider, name] of NO_MATCH) {
  test(`${provider} ${String(JSON.stringify(name)).slice(0, 60)} is unknown`, () => {
    assert.equal(matchModel(provider, name), undefined);
    assert.equal(matchModel(provider, name), undefined);
  });
}

test('a name with a price that is not on hand is known, so that no other price is taken', () => {
  const match = matchModel('openai', 'gpt-4o-audio-preview-2024-10-01');
  assert.deepEqual([match?.confidence, match?.prices], ['exact', []]);
});

test('only Bedrock names with a region are regional', () => {
  const regional = (name: string) => matchModel('anthropic', name)?.regional;
  assert.equal(regional('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'), true);
  assert.equal(regional('global.anthropic.claude-sonnet-4-5-20250929-v1:0'), false);
  assert.equal(regional('anthropic.claude-sonnet-4-5-20250929-v1:0'), false);
  assert.equal(regional('claude-sonnet-4-5'), false);
});

test('many names do not make the answers wrong', () => {
  for (let index = 0; index < 5000; index++) matchModel('openai', `deployment-${index}`);
  assert.equal(matchModel('openai', 'gpt-4.1-2025-04-14')?.model, 'gpt-4.1');
});
