import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Provider, startProvider } from './provider/server.ts';
import { createMeter, type TestMeter } from './support/meter.ts';
import { CLAUDE, hello } from './support/setup.ts';

/** The SDK makes spans of its own as soon as the process has a tracer provider. */
describe("Anthropic's own spans", () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  let server: Provider;
  let meter: TestMeter;
  let client: Anthropic;

  before(async () => {
    server = await startProvider();
    trace.setGlobalTracerProvider(tracerProvider);
    meter = createMeter();
    meter.instrumentation.setTracerProvider(tracerProvider);
    meter.instrumentation.manuallyInstrument(Anthropic);
    client = new Anthropic({ apiKey: 'test', baseURL: server.anthropicUrl, maxRetries: 0 });
  });
  after(async () => {
    meter.instrumentation.disable();
    trace.disable();
    await server.close();
  });

  const params = { model: CLAUDE, max_tokens: 100, messages: hello, metadata: { user_id: 'u_1' } };

  function takeSpan(scope = 'com.anthropic.sdk.typescript') {
    const [span, ...others] = exporter.getFinishedSpans();
    exporter.reset();
    assert.equal(others.length, 0, 'one call, one span');
    assert.equal(span?.instrumentationScope.name, scope);
    assert.equal(meter.instrumentation.openCalls, 0);
    return span?.attributes ?? {};
  }

  const whole = {
    'user.id': 'u_1',
    'tokenmeter.outcome': 'ok',
    'gen_ai.usage.input_tokens': 60,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.usage.cost.currency': 'USD',
  };

  test('get cost, user and outcome', async () => {
    await client.messages.create(params);
    assertHas(takeSpan(), whole);
  });

  test('on streams too', async () => {
    for await (const _ of await client.messages.create({ ...params, stream: true }));
    assertHas(takeSpan(), whole);
  });

  test('through the stream helper', async () => {
    await client.messages.stream(params).finalMessage();
    assertHas(takeSpan(), whole);
  });

  test('of a stream that is broken off', async () => {
    for await (const event of await client.messages.create({ ...params, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    assertHas(takeSpan(), {
      'user.id': 'u_1',
      'tokenmeter.outcome': 'aborted',
      'tokenmeter.unmetered.reason': 'aborted',
      'tokenmeter.usage.estimated': true,
      'gen_ai.usage.input_tokens': 60,
    });
  });

  test('of a stream with an error in it', async () => {
    const stream = await client.messages.create({ ...params, model: `${CLAUDE},errorat=3`, stream: true });
    await assert.rejects(async () => {
      for await (const _ of stream);
    });
    assertHas(takeSpan(), { 'user.id': 'u_1', 'tokenmeter.outcome': 'error' });
  });

  test('of a call that is refused', async () => {
    await assert.rejects(client.messages.create({ ...params, model: `${CLAUDE},status=401` }));
    assertHas(takeSpan(), { 'user.id': 'u_1', 'tokenmeter.outcome': 'error' });
  });

  test('of a call that is aborted', async () => {
    const controller = new AbortController();
    const arrived = server.nextRequest();
    const call = client.messages.create(
      { ...params, model: `${CLAUDE},hangat=0` },
      { signal: controller.signal },
    );
    const rejected = assert.rejects(call);
    await arrived;
    controller.abort();
    await rejected;
    assertHas(takeSpan(), { 'user.id': 'u_1', 'tokenmeter.outcome': 'aborted' });
  });

  test('where they are turned off, the meter makes one', async () => {
    const silent = client.withOptions({ openTelemetry: false });
    await silent.messages.create(params);
    assertHas(takeSpan('tokenmeter'), whole);
  });
});

function assertHas(actual: object, expected: object): void {
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, Reflect.get(actual, name)]));
  assert.deepEqual(found, expected);
}
