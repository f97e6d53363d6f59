import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { SidebandWS } from 'openai/resources/live/sideband/ws';
import { LiveWS } from 'openai/resources/live/ws';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { withUsageContext } from '../src/index.ts';
import { type Provider, startProvider } from './provider/server.ts';
import { openLive, openRealtimeWebSocket, openRealtimeWS } from './provider/websockets.ts';
import { App } from './support/app.ts';
import { createMeter, type TestMeter } from './support/meter.ts';

const apps = new URL('./e2e/apps/', import.meta.url).pathname;
const MODEL =
  'gpt-realtime@in=100,cached=60,cachedaudio=40,audioin=70,imagein=10,out=50,audioout=30,chunks=2';

describe('sessions over a WebSocket', () => {
  let server: Provider;
  let meter: TestMeter;

  before(async () => {
    server = await startProvider();
    meter = createMeter();
    for (const session of [OpenAIRealtimeWS, OpenAIRealtimeWebSocket, ResponsesWS, LiveWS, SidebandWS]) {
      meter.instrumentation.manuallyInstrument(session);
    }
  });
  after(async () => {
    meter.instrumentation.disable();
    await server.close();
  });

  const next = (session: OpenAIRealtimeWS | OpenAIRealtimeWebSocket, name: 'response.done') =>
    new Promise((resolve) => session.once(name, resolve));

  const sums = async () => ({
    requests: await meter.sum('tokenmeter.requests'),
    audio: await meter.sum('gen_ai.client.inference.usage.input_tokens', {
      'gen_ai.token.modality': 'audio',
    }),
  });

  for (const [name, open] of [
    ['OpenAIRealtimeWS', openRealtimeWS],
    ['OpenAIRealtimeWebSocket', openRealtimeWebSocket],
  ] as const) {
    const skip = name === 'OpenAIRealtimeWebSocket' && !('WebSocket' in globalThis);
    test(`${name}: each response, and what the user said`, { skip }, async () => {
      const before = await sums();
      meter.takeSpans();
      const session = await withUsageContext({ user: 'u_voice' }, () => open(server, MODEL));
      for (let turn = 0; turn < 2; turn++) {
        const done = next(session, 'response.done');
        session.send({ type: 'response.create' });
        await done;
      }
      session.close();
      const after = await sums();
      assert.deepEqual(after, { requests: before.requests + 2, audio: before.audio + 140 });
      const [first, second, ...others] = meter.takeSpans();
      assert.equal(others.length, 0);
      assert.ok(first && second);
      assert.equal(first.attributes['gen_ai.request.model'], 'gpt-realtime');
      assert.equal(first.attributes['user.id'], 'u_voice');
      // 60 cached x 0.40, 30 of audio x 32, 10 of images x 5, out 20 x 16 and 30 of audio x 64 dollars a million.
      assert.equal(first.attributes['gen_ai.usage.cost.amount'], 0.003274);
    });
  }

  test('what writes down the speech is a call of its own', async () => {
    const session = await openRealtimeWS(server, MODEL);
    meter.takeSpans();
    const transcribed = new Promise((resolve) =>
      session.once('conversation.item.input_audio_transcription.completed', resolve),
    );
    const transcription = { model: 'gpt-4o-transcribe@in=70,audioin=60,out=20' };
    session.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription } } },
    });
    session.send({ type: 'input_audio_buffer.commit' });
    await transcribed;
    session.close();
    const [span] = meter.takeSpans();
    assert.equal(span?.attributes['gen_ai.request.model'], transcription.model);
    assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 70);
  });

  test('responses over a WebSocket', async () => {
    const session = new ResponsesWS(new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl }));
    meter.takeSpans();
    const done = new Promise((resolve) => session.once('response.completed', resolve));
    session.send({ type: 'response.create', model: 'gpt-5@in=90,out=30', input: 'Hello' });
    await done;
    session.close();
    const [span, ...others] = meter.takeSpans();
    assert.equal(others.length, 0);
    assert.equal(span?.attributes['gen_ai.usage.input_tokens'], 90);
    assert.ok(Number(span?.attributes['gen_ai.usage.cost.amount']) > 0);
  });

  const once = (session: { once(name: never, listener: () => void): unknown }, name: string) =>
    new Promise<void>((resolve) => session.once(name as never, resolve));
  const second = Buffer.alloc(48_000).toString('base64');

  test('Live: its seconds as they rise, and what it delegates, once for all connections', async () => {
    const { session, sideband } = await openLive(server, 'gpt-5@in=90,out=30');
    meter.takeSpans();

    for (let count = 1; count <= 2; count++) {
      const updated = once(session, 'session.usage.updated');
      session.send({ type: 'session.input_audio.append', audio: second });
      await updated;
    }
    const closed = once(sideband, 'session.closed');
    const answered = new Promise<void>((resolve) =>
      session.on('response.event', ({ event }) => {
        if (event.type === 'response.completed') resolve();
      }),
    );
    session.send({ type: 'response.create' });
    await answered;
    sideband.send({ type: 'session.close' });
    await closed;
    session.close();
    sideband.close();

    const spans = meter.takeSpans();
    const models = spans.map(({ attributes }) => attributes['gen_ai.request.model']);
    assert.deepEqual(models, ['gpt-live-1', 'gpt-5-2025-08-07']);
    // Each second, of which only the first has a span: gpt-live-1 is charged by the time, 2 seconds in all.
    const live = { 'gen_ai.request.model': 'gpt-live-1' };
    assert.equal(await meter.sum('tokenmeter.requests', live), 1);
  });

  test('of two connections to a session one closes: what the other brings is metered', async () => {
    const { session, sideband } = await openLive(server, 'gpt-5-mini@in=90,out=30,chunks=2');
    const ended = new Promise<void>((resolve) =>
      session.on('response.event', (event) => {
        // As the API does, the sideband gets the event too; it leaves before the end.
        if (event.event.type === 'response.created') {
          Reflect.get(sideband, '_emit').call(sideband, 'event', event);
          sideband.close();
          Reflect.get(sideband, '_emit').call(sideband, 'close', 1000, '');
        }
        if (event.event.type === 'response.completed') resolve();
      }),
    );
    session.send({ type: 'response.create' });
    await ended;
    session.close();
    const mini = { 'gen_ai.response.model': 'gpt-5-mini-2025-08-07' };
    assert.equal(await meter.sum('tokenmeter.requests', mini), 1);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', mini), 90);
  });

  test('answers that a closed connection cut off are counted as aborted', async () => {
    const before = await meter.sum('tokenmeter.requests', { outcome: 'aborted' });
    const session = await openRealtimeWS(server, 'gpt-realtime@chunks=3,delayms=60000');
    session.on('error', () => {});
    const began = once(session, 'response.created');
    session.send({ type: 'response.create' });
    await began;
    meter.takeSpans();
    const closed = new Promise((resolve) => session.socket.once('close', resolve));
    session.close();
    await closed;
    assert.equal(await meter.sum('tokenmeter.requests', { outcome: 'aborted' }), before + 1);
    const [span] = meter.takeSpans();
    assert.ok(span && span.startTime[0] > 0);
  });

  test('a disabled instrumentation sees nothing', async () => {
    meter.instrumentation.disable();
    const before = await sums();
    const session = await openRealtimeWS(server, MODEL);
    const done = next(session, 'response.done');
    session.send({ type: 'response.create' });
    await done;
    session.close();
    assert.deepEqual(await sums(), before);
    meter.instrumentation.enable();
  });
});

describe('sessions under the loader hooks', () => {
  for (const format of ['esm', 'cjs']) {
    test(format, async () => {
      const server = await startProvider();
      const app = new App(
        ['--import', 'tokenmeter/register', `${apps}realtime.${format === 'esm' ? 'mjs' : 'cjs'}`],
        { TEST_PORT: String(server.port), TEST_MODEL: MODEL, OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
      );
      await app.find(/^done$/m);
      const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
      const text = await (await fetch(`${url}?zero_first=false`)).text();
      assert.equal(await app.finish(), 0);
      await server.close();
      assert.match(
        text,
        /tokenmeter_requests_total\{gen_ai_provider_name="openai",[^}]*outcome="ok"[^}]*\} 1\n/,
      );
      assert.match(text, /gen_ai_token_modality="audio"[^}]*\} 70\n/);
    });
  }
});
