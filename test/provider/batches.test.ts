import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { simulated } from './simulated.ts';

const set = simulated();
const input_file_id = 'file-1';
const asked = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
const create = (scenario: string) => set.sdk.openai.batches.create({ ...asked, metadata: { scenario } });

test('a batch is completed after so many retrievals, and billed once', async () => {
  const { batches } = set.sdk.openai;
  const counts = 'in=1000,cached=400,out=50,reasoning=20';
  const batch = await create(`gpt-4.1-mini@${counts},requests=3,errored=1,polls=2`);
  assert.equal(batch.status, 'validating');
  assert.equal(batch.usage, undefined);
  const statuses = [await batches.retrieve(batch.id), await batches.retrieve(batch.id)].map((b) => b.status);
  assert.deepEqual(statuses, ['in_progress', 'in_progress']);
  assert.equal(set.provider.billed.length, 0);

  const done = await batches.retrieve(batch.id);
  const usage = {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 400 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 1050,
  };
  assert.equal(done.status, 'completed');
  assert.deepEqual(done.usage, usage);
  assert.deepEqual(done.request_counts, { total: 3, completed: 2, failed: 1 });
  assert.deepEqual([done.model, done.endpoint], ['gpt-4.1-mini-2025-04-14', '/v1/chat/completions']);
  assert.deepEqual(await batches.retrieve(batch.id), done);
  assert.deepEqual((await batches.list()).data[0], done);
  const { model } = done;
  assert.deepEqual(set.lastBilled(), { endpoint: 'batches', model, stream: false, usage });
  assert.equal(set.provider.billed.length, 1);
});

test('cancelled and failed batches cost nothing', async () => {
  const { batches } = set.sdk.openai;
  const billed = set.provider.billed.length;
  const { id } = await create('gpt-4.1-mini@in=10');
  assert.equal((await batches.cancel(id)).status, 'cancelling');
  assert.equal((await batches.retrieve(id)).status, 'cancelled');
  const failing = await create('gpt-4.1-mini@failed,polls=0');
  const failed = await batches.retrieve(failing.id);
  assert.deepEqual([failed.status, failed.errors?.data?.length], ['failed', 1]);
  assert.equal(set.provider.billed.length, billed);
  await assert.rejects(batches.retrieve('batch_none'), OpenAI.NotFoundError);
});

test('a directive that has no meaning for a batch', async () => {
  await assert.rejects(create('gpt-4.1-mini@chunks=1'), /"chunks" has no meaning on batches/);
});

test('files', async () => {
  const file = await toFile(Buffer.from('{}\n'), 'requests.jsonl');
  const created = await set.sdk.openai.files.create({ file, purpose: 'batch' });
  assert.deepEqual([created.filename, created.bytes, created.purpose], ['requests.jsonl', 3, 'batch']);
  assert.deepEqual(await set.sdk.openai.files.retrieve(created.id), created);
});
