import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, messages } from './clients.ts';
import { simulated } from './simulated.ts';

const set = simulated();
const request = (custom_id: string, model: string) => {
  return { custom_id, params: { model, max_tokens: 100, messages, metadata: { user_id: 'u1' } } };
};

for (const api of ['messages', 'beta.messages'] as const) {
  test(`${api}.batches: polled, results with usage, billed once`, async () => {
    const { anthropic } = set.sdk;
    const { batches } = api === 'messages' ? anthropic.messages : anthropic.beta.messages;
    const billed = set.provider.billed.length;
    const batch = await batches.create({
      requests: [
        request('a', 'claude-sonnet-4-5@in=10,read=30,out=7,polls=2'),
        request('b', 'claude-haiku-4-5@in=5,out=1'),
        request('c', 'claude-haiku-4-5@result=errored'),
        request('d', 'claude-haiku-4-5@result=expired'),
      ],
    });
    assert.equal(batch.processing_status, 'in_progress');
    assert.equal(batch.request_counts.processing, 4);
    await assert.rejects(batches.results(batch.id), /results_url/);
    assert.equal((await batches.retrieve(batch.id)).processing_status, 'in_progress');
    assert.equal(set.provider.billed.length, billed);

    const results = await all<object>(await batches.results(batch.id));
    const ended = await batches.retrieve(batch.id);
    assert.equal(ended.processing_status, 'ended');
    const { succeeded, errored, expired } = ended.request_counts;
    assert.deepEqual([succeeded, errored, expired], [2, 1, 1]);
    const lines = results as { custom_id: string; result: { type: string; message?: { usage: object } } }[];
    assert.deepEqual(
      lines.map(({ custom_id, result }) => [custom_id, result.type]),
      [
        ['a', 'succeeded'],
        ['b', 'succeeded'],
        ['c', 'errored'],
        ['d', 'expired'],
      ],
    );
    const charges = set.provider.billed.slice(billed);
    assert.equal(charges.length, 2);
    const [charge] = charges;
    assert.deepEqual(
      [charge?.endpoint, charge?.user, charge?.serviceTier],
      ['messages.batches', 'u1', 'batch'],
    );
    assert.deepEqual(charge?.usage, lines[0]?.result.message?.usage);
    assert.deepEqual([charge?.usage.service_tier, charge?.usage.cache_read_input_tokens], ['batch', 30]);
  });
}

test('canceled', async () => {
  const { batches } = set.sdk.anthropic.messages;
  const billed = set.provider.billed.length;
  const { id } = await batches.create({ requests: [request('a', 'claude-haiku-4-5@polls=9')] });
  assert.equal((await batches.cancel(id)).processing_status, 'canceling');
  const [line] = await all(await batches.results(id));
  assert.equal(line?.result.type, 'canceled');
  assert.equal((await batches.list()).data[0]?.request_counts.canceled, 1);
  assert.equal(set.provider.billed.length, billed);
});

test('the text completions of old', async () => {
  const body = { model: 'claude-2.1@in=9,out=4,chunks=3', prompt: '\n\nHuman: Hi', max_tokens_to_sample: 10 };
  const whole = await set.sdk.anthropic.post<{ completion: string }>('/v1/complete', { body });
  assert.deepEqual(Object.keys(whole), ['type', 'id', 'completion', 'stop_reason', 'model']);
  assert.deepEqual(set.lastBilled().usage, { input_tokens: 9, output_tokens: 4 });
  const response = await fetch(`${set.provider.anthropicUrl}/v1/complete`, {
    method: 'POST',
    body: JSON.stringify({ ...body, stream: true }),
  });
  assert.equal((await response.text()).match(/^event: completion$/gm)?.length, 4);
});
