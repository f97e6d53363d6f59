import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import * as anthropicModule from '@anthropic-ai/sdk';
import type { MeterProvider } from '@opentelemetry/api';
import * as openaiModule from 'openai';
import { TokenmeterError, TokenmeterInstrumentation } from '../src/index.ts';
import { createMeter } from './support/meter.ts';
import { GPT, hello, metered } from './support/setup.ts';

const { OpenAI } = openaiModule;
const { Anthropic } = anthropicModule;
const seamOf = (clientClass: { prototype: object }) => {
  let prototype = clientClass.prototype;
  while (!Object.hasOwn(prototype, 'methodRequest')) prototype = Object.getPrototypeOf(prototype);
  return Object.getOwnPropertyDescriptors(prototype);
};

describe('manuallyInstrument', () => {
  const sdks: [string, unknown, { prototype: object }][] = [
    ['the openai module', openaiModule, OpenAI],
    ['its default export', { default: OpenAI }, OpenAI],
    ['a bundle of both', { sdk: { OpenAI } }, OpenAI],
    ['the client class', OpenAI, OpenAI],
    ['a subclass', class Mine extends OpenAI {}, OpenAI],
    ['the anthropic module', anthropicModule, Anthropic],
    ['its class', Anthropic, Anthropic],
  ];
  for (const [name, sdk, clientClass] of sdks) {
    test(`takes ${name}, and disable() leaves the class as it was`, () => {
      const before = seamOf(clientClass);
      const instrumentation = new TokenmeterInstrumentation();
      instrumentation.manuallyInstrument(sdk);
      assert.notEqual(seamOf(clientClass).methodRequest?.value, before.methodRequest?.value);
      instrumentation.disable();
      assert.deepEqual(seamOf(clientClass), before);
      assert.deepEqual(
        Object.getOwnPropertySymbols(seamOf(clientClass)),
        Object.getOwnPropertySymbols(before),
      );
    });
  }

  for (const wrong of [undefined, null, 42, 'openai', {}, class Other {}, () => {}]) {
    test(`says what it wants instead of ${String(wrong).slice(0, 20)}`, () => {
      const instrumentation = new TokenmeterInstrumentation({ enabled: false });
      assert.throws(
        () => instrumentation.manuallyInstrument(wrong),
        (error: unknown) => {
          assert.ok(error instanceof TokenmeterError);
          assert.match(
            error.message,
            /expected the module or the client class of openai or @anthropic-ai\/sdk/,
          );
          return true;
        },
      );
    });
  }

  test('the CommonJS and the ES module build are different classes, and both can be patched', () => {
    const commonjs = createRequire(import.meta.url)('openai') as typeof openaiModule;
    assert.notEqual(commonjs.OpenAI, OpenAI);
    const before = [seamOf(commonjs.OpenAI), seamOf(OpenAI)];
    const instrumentation = new TokenmeterInstrumentation();
    instrumentation.manuallyInstrument(commonjs);
    instrumentation.manuallyInstrument(openaiModule);
    assert.notDeepEqual([seamOf(commonjs.OpenAI), seamOf(OpenAI)], before);
    instrumentation.disable();
    assert.deepEqual([seamOf(commonjs.OpenAI), seamOf(OpenAI)], before);
  });
});

describe('a patched client', () => {
  const setup = metered();
  const call = () => setup.openai.chat.completions.create({ model: GPT, messages: hello });

  test('is patched once, however many instrumentations there are', async () => {
    const second = createMeter();
    second.instrumentation.manuallyInstrument(OpenAI);
    await call();
    second.instrumentation.disable();
    assert.equal(setup.meter.takeSpans().length + second.takeSpans().length, 1);
    await call();
    assert.equal(setup.meter.takeSpans().length, 1, 'the first still meters');
  });

  test('is free again after disable(), and patched again after enable()', async () => {
    const { instrumentation } = setup.meter;
    instrumentation.disable();
    await call();
    assert.equal(setup.meter.takeSpans().length, 0);
    instrumentation.enable();
    await call();
    assert.equal(setup.meter.takeSpans().length, 1);
  });

  test('a patch that someone put over ours stays', async () => {
    const prototype = OpenAI.prototype as unknown as { methodRequest: (...args: unknown[]) => unknown };
    const ours = prototype.methodRequest;
    let seen = 0;
    prototype.methodRequest = function (...args) {
      seen++;
      return ours.apply(this, args);
    };
    await call();
    assert.equal(seen, 1);
    assert.equal(setup.meter.takeSpans().length, 1);
    prototype.methodRequest = ours;
  });

  test('calls that cost nothing are left alone', async () => {
    await setup.openai.models.list();
    assert.equal(setup.meter.takeSpans().length, 0);
  });

  test('a call through client.post is a call', async () => {
    await setup.openai.post('/chat/completions', { body: { model: GPT, messages: hello } });
    await setup.openai.post(
      '/chat/completions',
      Promise.resolve({ body: { model: GPT, messages: hello } }) as never,
    );
    assert.deepEqual(
      setup.meter.takeSpans().map(({ name }) => name),
      [`chat ${GPT}`, `chat ${GPT}`],
    );
  });

  test('a thenable of options is asked once, by the SDK', async () => {
    let asked = 0;
    const options = {
      // biome-ignore lint/suspicious/noThenProperty: the test is about thenables
      then(resolve: (value: object) => void) {
        asked++;
        resolve({ body: { model: GPT, messages: hello } });
      },
    };
    await setup.openai.post('/chat/completions', options as never);
    assert.equal(asked, 1);
    assert.equal(setup.meter.takeSpans()[0]?.attributes['gen_ai.usage.input_tokens'], 1000);
  });

  test('options that the caller passes as a promise are left as they were', async () => {
    const options = { body: { model: GPT, messages: hello, stream: true }, stream: true };
    const stream = await setup.openai.post('/chat/completions', Promise.resolve(options) as never);
    for await (const chunk of stream as AsyncIterable<object>) assert.ok(!('usage' in chunk));
    assert.deepEqual(Reflect.ownKeys(options), ['body', 'stream']);
    assert.deepEqual(Object.keys(options.body), ['model', 'messages', 'stream']);
    assert.equal(setup.meter.takeSpans()[0]?.attributes['gen_ai.usage.input_tokens'], 1000);
  });

  test('a model that is no string: the app gets the same error, the call is counted', async () => {
    for (const model of [42, null, { name: 'gpt' }, ['gpt-4.1']]) {
      await assert.rejects(setup.openai.chat.completions.create({ model, messages: hello } as never), /400/);
      const [span] = setup.meter.takeSpans();
      assert.equal(span?.name, 'chat');
      assert.equal(span?.attributes['error.type'], '400');
    }
  });
});

describe('faults of the meter', () => {
  const setup = metered();

  test('a meter provider whose instruments throw harms nobody', async () => {
    const broken = {
      getMeter: () =>
        new Proxy({}, { get: () => () => ({ record: explode, add: explode, addCallback: explode }) }),
    } as unknown as MeterProvider;
    function explode(): never {
      throw new Error('exporter');
    }
    setup.meter.instrumentation.setMeterProvider(broken);
    const { usage } = await setup.openai.chat.completions.create({ model: GPT, messages: hello });
    assert.equal(usage?.prompt_tokens, 1000);
    assert.equal(setup.meter.takeSpans().length, 1, 'the other sinks still get the call');
  });

  test('a tracer that throws harms nobody', async () => {
    setup.meter.instrumentation.setTracerProvider({
      getTracer: () => ({
        startSpan: () => {
          throw new Error('tracer');
        },
        startActiveSpan: () => {
          throw new Error('tracer');
        },
      }),
    });
    const { usage } = await setup.openai.chat.completions.create({ model: GPT, messages: hello });
    assert.equal(usage?.prompt_tokens, 1000);
  });

  test('params whose getters throw: the app gets the error of the SDK', async () => {
    const params = {
      messages: hello,
      get model(): string {
        throw new RangeError('getter');
      },
    };
    await assert.rejects(setup.openai.chat.completions.create(params), RangeError);
  });
});
