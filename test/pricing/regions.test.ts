import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isUnpriced } from '../../src/pricing/cost.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { endpoints } from '../../src/providers/anthropic/endpoints.ts';
import { readAnthropicUsage } from '../../src/providers/anthropic/usage.ts';

const AT = new Date('2026-11-22T00:00:00Z');
const TOKENS = { input_tokens: 1000, output_tokens: 0 };

function cost(model: readonly string[], region?: string, raw: object = TOKENS): bigint | string {
  const usage = readAnthropicUsage(raw);
  assert.ok(usage);
  const call = priceCall({ provider: 'anthropic', model, region, usage, at: AT });
  return isUnpriced(call) ? call.reason : call.picoUsd;
}

describe('regional endpoints', () => {
  test('of Vertex AI, and its multi-regional ones, cost a tenth more from Sonnet 4.5 on', () => {
    const sonnet = ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5@20250929'];
    assert.equal(cost(sonnet), 3_000_000_000n);
    assert.equal(cost(sonnet, 'global'), 3_000_000_000n);
    for (const region of ['us-east5', 'europe-west1', 'us', 'eu']) {
      assert.equal(cost(sonnet, region), 3_300_000_000n);
      assert.equal(cost(['claude-3-5-sonnet-v2@20241022'], region), 3_000_000_000n);
    }
  });

  test('the region is that of a Vertex client, and of no other', () => {
    const regionOf = (client: object) => endpoints[0]?.request({}, client).region;
    assert.equal(regionOf({ projectId: 'p', region: 'us-east5' }), 'us-east5');
    assert.equal(regionOf({ projectId: null, region: 'global' }), 'global');
    assert.equal(regionOf({ region: 'us-east5' }), undefined);
    assert.equal(regionOf({ awsRegion: 'us-east-1' }), undefined);
  });

  test('of Bedrock are known by the id at the end of an ARN, too', () => {
    const arn = (kind: string, id: string) => `arn:aws:bedrock:us-east-1:${kind}/${id}`;
    const id = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
    assert.equal(cost([arn('123456789012:inference-profile', `us.${id}`)]), 3_300_000_000n);
    assert.equal(
      cost(['claude-sonnet-4-5', arn('123456789012:inference-profile', `us.${id}`)]),
      3_300_000_000n,
    );
    assert.equal(cost([arn('123456789012:inference-profile', `global.${id}`)]), 3_000_000_000n);
    assert.equal(cost([arn(':foundation-model', id)]), 3_000_000_000n);
    assert.equal(cost([arn('123456789012:application-inference-profile', 'a1b2c3d4e5f6')]), 'unknown_model');
    assert.equal(cost([`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${id}`]), 'unknown_model');
  });

  test('an advisor of a regional call works in its region', () => {
    const iterations = [
      { type: 'message', ...TOKENS },
      { type: 'advisor_message', model: 'claude-opus-4-6', ...TOKENS },
    ];
    const advised = { ...TOKENS, iterations };
    assert.equal(cost(['us.anthropic.claude-sonnet-4-6'], undefined, advised), 8_800_000_000n);
    assert.equal(
      cost(['claude-sonnet-4-6', 'us.anthropic.claude-sonnet-4-6'], undefined, advised),
      8_800_000_000n,
    );
    assert.equal(cost(['claude-sonnet-4-6'], 'us-east5', advised), 8_800_000_000n);
    assert.equal(cost(['claude-sonnet-4-6'], undefined, { ...advised, inference_geo: 'us' }), 8_800_000_000n);
    assert.equal(cost(['claude-sonnet-4-6'], undefined, advised), 8_000_000_000n);
  });
});
