import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AzureOpenAI, OpenAI } from 'openai';
import { GPT, hello, metered } from '../support/setup.ts';

const body = { id: 'x', model: 'gpt-4.1', choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } };

describe('faults and odd objects', () => {
  const setup = metered();
  const clientWith = (fetch: () => Promise<Response>) => new OpenAI({ apiKey: 'test', fetch, maxRetries: 0 });
  const ask = (client: OpenAI) => client.chat.completions.create({ model: GPT, messages: hello });
  const attributes = () => setup.meter.takeSpans().map((span) => span.attributes);

  const errors: [string, () => unknown][] = [
    [
      'whose status throws',
      () =>
        Object.defineProperty(new Error('original'), 'status', {
          get() {
            throw new Error('getter');
          },
        }),
    ],
    ['without a prototype', () => Object.setPrototypeOf(new Error('original'), null)],
    ['whose name is a symbol', () => Object.assign(new Error('original'), { name: Symbol('name') })],
    ['that is a string', () => 'original'],
    ['that is undefined', () => undefined],
  ];
  for (const [name, create] of errors) {
    test(`the app gets its own error: one ${name}`, async () => {
      const error = create();
      // An interceptor of the app's may throw anything.
      const client = clientWith(async () => new Response('{}', { status: 200 }));
      Object.assign(client, { prepareOptions: () => Promise.reject(error) });
      const seen = await ask(client).then(
        () => assert.fail('it must fail'),
        (reason: unknown) => reason,
      );
      assert.ok(Object.is(seen, error));
      assert.equal(attributes()[0]?.['tokenmeter.outcome'], 'error');
    });
  }

  test('a frozen Response', async () => {
    const client = clientWith(async () => Object.freeze(Response.json(body)));
    const response = await ask(client).asResponse();
    assert.deepEqual(await response.json(), body);
    assert.equal(attributes()[0]?.['tokenmeter.unmetered.reason'], 'raw_response');
  });

  test('a Response of a custom fetch whose json() is synchronous', async () => {
    const response = Object.assign(Response.json(body), { json: () => body });
    const client = clientWith(async () => response);
    assert.equal((await ask(client).asResponse()).json(), body);
  });

  for (const reader of ['arrayBuffer', 'blob', 'clone', 'body'] as const) {
    test(`a raw response that is read with ${reader} is counted as unmetered`, async () => {
      const response = await ask(setup.openai).asResponse();
      const before = Object.keys(response);
      const read = response[reader] as unknown;
      if (typeof read === 'function') await read.call(response);
      assert.deepEqual(Object.keys(response), before);
      assert.deepEqual(
        attributes().map((span) => span['tokenmeter.unmetered.reason']),
        ['raw_response'],
      );
    });
  }

  test('a stream that is taken raw is not asked for usage, and counted as unmetered', async () => {
    const promise = setup.openai.chat.completions.create({ model: GPT, messages: hello, stream: true });
    await promise.asResponse();
    for await (const chunk of await promise) assert.ok(!('usage' in chunk));
    assert.doesNotMatch(setup.server.requests.at(-1)?.rawBody ?? '', /stream_options/);
    assert.equal(attributes()[0]?.['tokenmeter.unmetered.reason'], 'no_usage');
  });

  test('a patch over ours cannot keep metering after disable(), nor double it after enable()', async () => {
    const prototype = OpenAI.prototype as unknown as { methodRequest: (...args: unknown[]) => unknown };
    const { instrumentation } = setup.meter;
    const ours = prototype.methodRequest;
    prototype.methodRequest = function (...args) {
      return ours.apply(this, args);
    };
    instrumentation.disable();
    await ask(setup.openai);
    assert.equal(attributes().length, 0);
    instrumentation.enable();
    await ask(setup.openai);
    assert.equal(attributes().length, 1);
  });

  test('a content-length that the app sets is that of what is sent', async () => {
    const request = { model: GPT, messages: hello, stream: true as const };
    const length = String(JSON.stringify(request).length);
    const stream = await setup.openai.chat.completions.create(request, {
      headers: { 'content-length': length },
    });
    for await (const _ of stream);
    assert.equal(attributes()[0]?.['gen_ai.usage.input_tokens'], 1000);
  });

  test('an old API version of Azure is not asked for what it refuses', async () => {
    const azure = { apiKey: 'test', endpoint: setup.server.anthropicUrl, deployment: GPT };
    for (const [apiVersion, asks] of [
      ['2023-05-15', false],
      ['2024-10-21', true],
    ] as const) {
      const client = new AzureOpenAI({ ...azure, apiVersion });
      const request = { model: GPT, messages: hello, stream: true as const };
      for await (const _ of await client.chat.completions.create(request));
      assert.equal(/stream_options/.test(setup.server.requests.at(-1)?.rawBody ?? ''), asks);
    }
  });

  test('a request that comes to no response at all: nothing is thrown, now or a turn later', async () => {
    const client = clientWith(async () => new Response('{}'));
    const answer = { controller: new AbortController(), options: {}, response: undefined };
    Object.assign(client, { makeRequest: async () => answer });
    assert.equal(await ask(client).asResponse(), undefined);
    // What is thrown in a turn of its own would fail the whole file.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    attributes();
  });
});
