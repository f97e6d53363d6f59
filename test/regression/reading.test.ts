import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import { all } from '../provider/clients.ts';
import { hello, metered } from '../support/setup.ts';

describe('unusual ways of reading', () => {
  const setup = metered();
  const chat = { model: 'gpt-4.1@in=1000,out=50', messages: hello, stream: true } as const;
  const outcome = () => setup.meter.takeSpans().map(({ attributes }) => attributes['tokenmeter.outcome']);

  test('a stream whose first iterator is never read', async () => {
    for (const unused of [
      (stream: AsyncIterable<unknown>) => stream[Symbol.asyncIterator](),
      (stream: { tee(): unknown }) => stream.tee(),
    ]) {
      const stream = await setup.openai.chat.completions.create(chat);
      unused(stream);
      for (const chunk of await all(stream)) {
        assert.equal(chunk.choices.length, 1);
        assert.ok(!('usage' in chunk));
      }
      assert.equal(setup.meter.instrumentation.openCalls, 0);
      assert.deepEqual(outcome(), ['ok']);
    }
  });

  test('a raw response of a custom fetch with a body of its own', async () => {
    const body = { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } };
    const answers = [
      () => ({ ok: true, status: 200, headers: new Headers(), body: 'mine', json: async () => body }),
      () =>
        new Proxy(Response.json(body), {
          get: (target, name) => {
            const value = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
    ];
    for (const answer of answers) {
      const client = new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: async () => answer() as never });
      const response = await client.chat.completions.create({ ...chat, stream: false }).asResponse();
      const given: unknown = response.body;
      assert.ok(given === 'mine' || given instanceof ReadableStream);
      assert.deepEqual(await response.json(), body);
      assert.deepEqual(outcome(), ['ok']);
    }
  });

  test('an answer that is cut after it began is counted', async () => {
    const params = { model: 'gpt-4.1@in=1000,out=50,cutat=1', messages: hello };
    await assert.rejects(setup.openai.chat.completions.create(params));
    const [span] = setup.meter.takeSpans();
    assert.equal(span?.attributes['tokenmeter.unmetered.reason'], 'stream_error');
    assert.equal(span?.attributes['tokenmeter.usage.estimated'], true);
  });

  test('a background response that is retrieved while its stream is read is metered once', async () => {
    const before = await setup.meter.sum('gen_ai.client.inference.usage.input_tokens');
    const params = {
      model: 'gpt-5@in=90,out=30,polls=0',
      input: 'Hello',
      background: true,
      stream: true,
    } as const;
    for await (const event of await setup.openai.responses.create(params)) {
      if (event.type === 'response.created') {
        for (let poll = 0; poll < 3; poll++) await setup.openai.responses.retrieve(event.response.id);
      }
    }
    assert.equal((await setup.meter.sum('gen_ai.client.inference.usage.input_tokens')) - before, 90);
    setup.meter.takeSpans();
  });

  test('labels are strings, whatever an answer says', async () => {
    for (const endpoint of ['constructor', '__proto__', 'toString']) {
      const batch = {
        id: `batch_${endpoint}`,
        object: 'batch',
        status: 'completed',
        endpoint,
        model: 'gpt-4.1',
        request_counts: { completed: Number.MAX_SAFE_INTEGER },
        usage: { input_tokens: 10, output_tokens: 5 },
      };
      const client = new OpenAI({ apiKey: 'test', fetch: async () => Response.json(batch) });
      await client.batches.retrieve(batch.id);
    }
    const points = await setup.meter.points();
    for (const { labels } of points) {
      for (const value of Object.values(labels)) assert.equal(typeof value, 'string');
    }
    assert.ok((await setup.meter.sum('tokenmeter.requests')) < 1000);
    setup.meter.takeSpans();
  });

  test('what a mocked request returns leaves no call open', async () => {
    const client = Object.assign(new OpenAI({ apiKey: 'test' }), { request: async () => 'mine' });
    assert.equal(await client.post('/chat/completions', { body: chat }), 'mine');
    assert.equal(setup.meter.instrumentation.openCalls, 0);
  });
});
