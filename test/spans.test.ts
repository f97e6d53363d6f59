import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { withUsageContext } from '../src/index.ts';
import { CLAUDE, GPT, hello, metered } from './support/setup.ts';

describe('spans', () => {
  const setup = metered();

  test('follow the GenAI conventions, with cost and user', async () => {
    const request = { model: GPT, messages: hello, temperature: 0.5, max_completion_tokens: 99, seed: 7 };
    await withUsageContext({ user: 'ann', team: 'search', feature: 'chat' }, () =>
      setup.openai.chat.completions.create({ ...request, reasoning_effort: 'low', stop: ['END'] }),
    );
    const [span] = setup.meter.takeSpans();
    const { 'gen_ai.response.id': id, ...attributes } = span?.attributes ?? {};
    assert.match(String(id), /^chatcmpl-/);
    assert.equal(span?.name, `chat ${GPT}`);
    assert.equal(span?.kind, 2);
    assert.deepEqual(attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': GPT,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 99,
      'gen_ai.request.seed': 7,
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.model': 'gpt-4.1-2025-04-14',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 50,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'gen_ai.usage.cache_write.input_tokens': 0,
      'gen_ai.usage.reasoning.output_tokens': 0,
      'gen_ai.usage.cost.amount': 0.0018,
      'gen_ai.usage.cost.currency': 'USD',
      'gen_ai.usage.cost.source': 'local',
      'openai.api.type': 'chat_completions',
      'openai.response.service_tier': 'default',
      'openai.response.system_fingerprint': attributes['openai.response.system_fingerprint'],
      'server.address': '127.0.0.1',
      'server.port': setup.server.port,
      'tokenmeter.outcome': 'ok',
      'user.id': 'ann',
      team: 'search',
      feature: 'chat',
    });
  });

  test('a stream has the time to its first chunk', async () => {
    const stream = await setup.openai.responses.create({ model: GPT, input: 'Hello', stream: true });
    for await (const _ of stream);
    const [span] = setup.meter.takeSpans();
    assert.equal(span?.attributes['gen_ai.request.stream'], true);
    assert.ok(Number(span?.attributes['gen_ai.response.time_to_first_chunk']) > 0);
    assert.equal(span?.attributes['openai.api.type'], 'responses');
  });

  test('an error is an error, and has no content', async () => {
    await assert.rejects(setup.openai.embeddings.create({ model: 'm@status=500', input: 'secret text' }));
    const [span] = setup.meter.takeSpans();
    assert.equal(span?.status.code, 2);
    assert.equal(span?.attributes['error.type'], '500');
    assert.doesNotMatch(JSON.stringify(span?.attributes), /secret/);
  });

  test('no message content on any span', async () => {
    const content = 'a very private question';
    await setup.openai.chat.completions.create({ model: GPT, messages: [{ role: 'user', content }] });
    const system = 'a private system prompt';
    const messages = [{ role: 'user' as const, content }];
    await setup.anthropic.messages.create({ model: CLAUDE, max_tokens: 9, system, messages });
    for (const { attributes, events } of setup.meter.takeSpans()) {
      assert.doesNotMatch(JSON.stringify([attributes, events]), /private/);
    }
  });
});

describe('spans beside others', () => {
  const setup = metered();
  const exporter = new InMemorySpanExporter();
  const app = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

  test("Anthropic's own span is added to, and no second one is made", async () => {
    const options = { apiKey: 'test', baseURL: setup.server.anthropicUrl, maxRetries: 0 };
    const client = new Anthropic({ ...options, openTelemetry: { tracerProvider: app } });
    const request = { model: CLAUDE, max_tokens: 9, messages: hello, metadata: { user_id: 'cat' } };
    await client.messages.create(request);
    for await (const _ of await client.messages.create({ ...request, stream: true }));
    await client.beta.messages.create(request);
    await client.messages.stream(request).finalMessage();
    assert.equal(setup.meter.takeSpans().length, 0);
    const spans = exporter.getFinishedSpans();
    assert.equal(spans.length, 4);
    for (const { attributes, name } of spans) {
      assert.match(name, /^anthropic\./);
      assert.equal(attributes['user.id'], 'cat');
      assert.equal(attributes['tokenmeter.outcome'], 'ok');
      assert.equal(attributes['gen_ai.usage.input_tokens'], 60);
      assert.equal(attributes['gen_ai.usage.output_tokens'], 7);
      assert.ok(Number(attributes['gen_ai.usage.cost.amount']) > 0);
    }
    exporter.reset();
    assert.equal(await setup.meter.sum('tokenmeter.requests', { 'user.id': 'cat' }), 4);
  });

  test('with its own tracing off, ours appears', async () => {
    const options = { apiKey: 'test', baseURL: setup.server.anthropicUrl };
    const client = new Anthropic({ ...options, openTelemetry: false });
    await client.messages.create({ model: CLAUDE, max_tokens: 9, messages: hello });
    assert.deepEqual(
      setup.meter.takeSpans().map(({ name }) => name),
      [`chat ${CLAUDE}`],
    );
  });

  test("a call is the child of the app's span, and what the SDK does is the call's child", async (t) => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    t.after(() => context.disable());
    let during: string | undefined;
    const client = new OpenAI({
      apiKey: 'test',
      baseURL: setup.server.openaiUrl,
      fetch: (...args) => {
        during = trace.getActiveSpan()?.spanContext().spanId;
        return fetch(...args);
      },
    });
    const parent = app.getTracer('app').startSpan('request');
    await context.with(trace.setSpan(context.active(), parent), () =>
      client.chat.completions.create({ model: GPT, messages: hello }),
    );
    const [span] = setup.meter.takeSpans();
    assert.equal(span?.parentSpanContext?.spanId, parent.spanContext().spanId);
    assert.equal(during, span?.spanContext().spanId);
  });
});
