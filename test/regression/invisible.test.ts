import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import OpenAI from 'openai';
import { TokenmeterInstrumentation } from '../../src/index.ts';
import { all } from '../provider/clients.ts';
import { GPT, hello, metered } from '../support/setup.ts';

type Options = { method: string; path: string; body?: unknown };

describe('what subclasses, mocks and logs of the app see', () => {
  const setup = metered();
  const stream = { model: GPT, messages: hello, stream: true } as const;
  const options = () => ({ apiKey: 'secret', baseURL: setup.server.openaiUrl, maxRetries: 0 });

  test('no call of the meter in the options, so no key of the client in a debug log', async () => {
    const seen: unknown[] = [];
    class Client extends OpenAI {
      override async buildRequest(...args: Parameters<OpenAI['buildRequest']>) {
        seen.push(Reflect.ownKeys(args[0]));
        return super.buildRequest(...args);
      }
      protected override async prepareRequest(...args: Parameters<OpenAI['prepareRequest']>) {
        seen.push(Reflect.ownKeys(args[1].options));
        await super.prepareRequest(...args);
      }
    }
    const logged: string[] = [];
    const debug = (...args: unknown[]) => logged.push(inspect(args, { depth: 8 }));
    const logger = { debug, info: debug, warn: debug, error: debug };
    const client = new Client({ ...options(), logger, logLevel: 'debug' });
    await all(await client.chat.completions.create(stream));
    assert.deepEqual(
      seen.flat(2).filter((key) => typeof key === 'symbol'),
      [],
    );
    assert.ok(logged.length > 0);
    assert.doesNotMatch(logged.join('\n'), /secret|tokenmeter/);
    assert.equal(setup.meter.takeSpans()[0]?.attributes['gen_ai.usage.input_tokens'], 1000);
  });

  test('a body that a subclass signs before it is sent is the body that is sent', async () => {
    let signed: unknown;
    class Client extends OpenAI {
      protected override async prepareRequest(
        request: Parameters<OpenAI['prepareRequest']>[0],
        context: Parameters<OpenAI['prepareRequest']>[1],
      ) {
        signed = JSON.parse(String(request.body));
        await super.prepareRequest(request, context);
      }
    }
    await all(await new Client(options()).chat.completions.create(stream));
    assert.deepEqual(setup.server.requests.at(-1)?.body, signed);
    assert.equal(setup.meter.takeSpans()[0]?.attributes['gen_ai.usage.input_tokens'], 1000);
  });

  test('what a mock of `request` returns gets no members', async () => {
    const answer = Promise.resolve({ choices: [] });
    const client = Object.assign(new OpenAI(options()), { request: () => answer });
    const returned = client.post('/chat/completions', { body: { model: GPT } });
    assert.equal(returned, answer);
    assert.deepEqual(Object.keys(answer), []);
  });

  test('options that are a promise of the caller are not written to', async () => {
    const written: PropertyKey[] = [];
    const passed = new Proxy<Options>(
      { method: 'post', path: '/chat/completions', body: stream },
      {
        set: (_, name) => written.push(name) > 0,
        defineProperty: (_, name) => written.push(name) > 0,
        deleteProperty: (_, name) => written.push(name) > 0,
      },
    );
    await setup.openai.post('/chat/completions', Promise.resolve(passed) as never).asResponse();
    assert.deepEqual(written, []);
  });

  test('an unread failure of a raw body is as unhandled as without the meter', async () => {
    const rejected: unknown[] = [];
    const note = (error: unknown) => rejected.push(error);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', note);
    try {
      const client = new OpenAI({ ...options(), fetch: async () => new Response('{', { status: 200 }) });
      const response = await client.chat.completions.create({ model: GPT, messages: hello }).asResponse();
      void response.json();
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(rejected.length, 1);
      assert.ok(rejected[0] instanceof SyntaxError);
    } finally {
      process.off('unhandledRejection', note);
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });

  test('promises have no more keys than without the meter', async () => {
    const promise = setup.openai.chat.completions.create({ model: GPT, messages: hello });
    setup.meter.instrumentation.disable();
    const bare = setup.openai.chat.completions.create({ model: GPT, messages: hello });
    setup.meter.instrumentation.enable();
    assert.deepEqual(Object.keys(promise), Object.keys(bare));
    await Promise.all([promise, bare]);
  });

  test('patched methods keep their names', () => {
    const names = ['methodRequest', 'request', 'buildRequest'] as const;
    assert.deepEqual(
      names.map((name) => setup.openai[name as 'request'].name),
      names,
    );
  });
});

test('manuallyInstrument takes the CommonJS build of the Anthropic SDK, which is a function', async () => {
  const sdk = createRequire(import.meta.url)('@anthropic-ai/sdk') as { Anthropic: { prototype: object } };
  const instrumentation = new TokenmeterInstrumentation({ enabled: false });
  instrumentation.manuallyInstrument(sdk);
  instrumentation.enable();
  assert.equal(typeof sdk, 'function');
  instrumentation.disable();
});
