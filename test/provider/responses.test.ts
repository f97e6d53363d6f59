import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { all, content } from './clients.ts';
import { simulated } from './simulated.ts';

const set = simulated();
const asked = { input: content, background: true } as const;
const model = 'gpt-5@in=90,cached=40,out=30,chunks=3,polls=2';

test('in the background: queued, in progress, completed, billed once', async () => {
  const { responses } = set.sdk.openai;
  const queued = await responses.create({ model, ...asked });
  assert.deepEqual([queued.status, queued.usage, queued.background], ['queued', null, true]);
  const polled = [await responses.retrieve(queued.id), await responses.retrieve(queued.id)];
  assert.deepEqual(
    polled.map(({ status }) => status),
    ['in_progress', 'in_progress'],
  );
  assert.equal(set.provider.billed.length, 0);
  const done = await responses.retrieve(queued.id);
  assert.deepEqual([done.status, done.background, done.usage?.total_tokens], ['completed', true, 120]);
  assert.match(done.output_text, /^Hi/);
  assert.deepEqual(await responses.retrieve(queued.id), done);
  assert.equal(set.provider.billed.length, 1);
  assert.deepEqual(set.lastBilled().usage, done.usage);
});

test('in the background and streamed; broken off and resumed', async () => {
  const { responses } = set.sdk.openai;
  const billed = set.provider.billed.length;
  const stream = await responses.create({ model: `${model},hangat=1`, ...asked, stream: true });
  const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) {
    seen.push(event);
    if (event.type === 'response.in_progress') break;
  }
  const [created, queued] = seen;
  assert.ok(created?.type === 'response.created' && queued?.type === 'response.queued');
  assert.equal(created.response.status, 'queued');
  assert.equal(set.provider.billed.length, billed);

  const starting_after = seen.at(-1)?.sequence_number ?? 0;
  const { id } = created.response;
  const rest = await all(await responses.retrieve(id, { stream: true, starting_after }));
  assert.equal(rest[0]?.sequence_number, starting_after + 1);
  const last = rest.at(-1);
  assert.ok(last?.type === 'response.completed');
  assert.equal(last.response.usage?.total_tokens, 120);
  assert.equal((await responses.retrieve(id)).status, 'completed');
  assert.equal(set.provider.billed.length, billed + 1);
  assert.equal(set.lastBilled().stream, true);
});

test('a background stream that is read to its end is billed there', async () => {
  const { responses } = set.sdk.openai;
  const billed = set.provider.billed.length;
  const last = (await all(await responses.create({ model, ...asked, stream: true }))).at(-1);
  assert.ok(last?.type === 'response.completed');
  assert.equal((await responses.retrieve(last.response.id)).status, 'completed');
  assert.equal(set.provider.billed.length, billed + 1);
});

test('a fault strikes the stream that it is for, not its resumption', async () => {
  const { responses } = set.sdk.openai;
  const stream = await responses.create({ model: 'gpt-5@cutat=1', ...asked, stream: true });
  let id = '';
  const read = async () => {
    for await (const event of stream) if (event.type === 'response.created') id = event.response.id;
  };
  await assert.rejects(read, /terminated/);
  assert.equal(
    (await all(await responses.retrieve(id, { stream: true }))).at(-1)?.type,
    'response.completed',
  );
});

test('cancel', async () => {
  const { responses } = set.sdk.openai;
  const billed = set.provider.billed.length;
  const { id } = await responses.create({ model, ...asked });
  const cancelled = await responses.cancel(id);
  assert.deepEqual([cancelled.status, cancelled.usage], ['cancelled', null]);
  assert.equal((await responses.retrieve(id)).status, 'cancelled');
  assert.equal(set.provider.billed.length, billed);
});

test('retrieving what did not run in the background', async () => {
  const { responses } = set.sdk.openai;
  const { id, usage, output_text } = await responses.create({ model: 'gpt-5', input: content });
  const billed = set.provider.billed.length;
  const again = await responses.retrieve(id);
  assert.deepEqual([again.background, again.usage, again.output_text], [false, usage, output_text]);
  assert.equal(set.provider.billed.length, billed);
  await assert.rejects(responses.cancel(id), OpenAI.BadRequestError);
  await assert.rejects(responses.retrieve('resp_none'), OpenAI.NotFoundError);
});

test('compact', async () => {
  const compacted = await set.sdk.openai.responses.compact({ model: 'gpt-5@in=900,out=60', input: content });
  assert.equal(compacted.object, 'response.compaction');
  assert.equal(compacted.output[0]?.type, 'compaction');
  assert.equal(compacted.usage.total_tokens, 960);
  const { endpoint, model: name } = set.lastBilled();
  assert.deepEqual([endpoint, name], ['responses.compact', 'gpt-5-2025-08-07']);
});
