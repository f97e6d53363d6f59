import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { OpenAIRealtimeEmitter } from 'openai/realtime/internal-base';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { content } from './clients.ts';
import { simulated } from './simulated.ts';
import { openRealtimeWebSocket, openRealtimeWS } from './websockets.ts';

const set = simulated();
const model =
  'gpt-realtime@in=100,cached=60,cachedaudio=40,audioin=70,imagein=10,out=50,audioout=30,chunks=2';
const usage = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: {
    cached_tokens: 60,
    text_tokens: 20,
    audio_tokens: 70,
    image_tokens: 10,
    cached_tokens_details: { text_tokens: 20, audio_tokens: 40, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 30 },
};

type EventName = Parameters<OpenAIRealtimeEmitter['on']>[0];
function next(realtime: OpenAIRealtimeEmitter, name: EventName): Promise<unknown> {
  return new Promise((resolve) => realtime.once(name, resolve as never));
}

for (const [name, open] of [
  ['OpenAIRealtimeWS', openRealtimeWS],
  ['OpenAIRealtimeWebSocket', openRealtimeWebSocket],
] as const) {
  const skip = name === 'OpenAIRealtimeWebSocket' && !('WebSocket' in globalThis);
  test(`${name}: responses with usage`, { skip }, async () => {
    const realtime = await open(set.provider, model);
    const types: string[] = [];
    realtime.on('event', (event) => types.push(event.type));
    const done = next(realtime, 'response.done');
    realtime.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const { response } = (await done) as { response: { usage: object; status: string } };
    assert.equal(response.status, 'completed');
    assert.deepEqual(response.usage, usage);
    assert.equal(types[0], 'response.created');
    assert.equal(types.filter((type) => type === 'response.output_text.delta').length, 2);
    assert.deepEqual(set.lastBilled(), { endpoint: 'realtime', model: 'gpt-realtime', stream: true, usage });
    assert.equal(set.provider.requests.at(-1)?.method, 'MESSAGE');
    assert.equal(await set.provider.requests.at(-1)?.ended, 'complete');
    realtime.close();
  });
}

test('realtime: the session, its audio and what it transcribes', async () => {
  const realtime = await openRealtimeWS(set.provider, model);
  const updated = next(realtime, 'session.updated');
  const transcription = { model: 'whisper-1@seconds=7' };
  realtime.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { transcription } } },
  });
  const { session } = (await updated) as { session: { model: string; output_modalities: string[] } };
  assert.deepEqual([session.model, session.output_modalities], ['gpt-realtime', ['audio']]);

  const completed = next(realtime, 'conversation.item.input_audio_transcription.completed');
  realtime.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
  realtime.send({ type: 'input_audio_buffer.commit' });
  assert.deepEqual(((await completed) as { usage: object }).usage, { type: 'duration', seconds: 7 });
  const { endpoint, model: billedModel } = set.lastBilled();
  assert.deepEqual([endpoint, billedModel], ['realtime.transcription', 'whisper-1']);

  const spoken = next(realtime, 'response.output_audio.delta');
  const done = next(realtime, 'response.done');
  realtime.send({ type: 'response.create' });
  assert.ok(((await spoken) as { delta: string }).delta);
  await done;
  realtime.close();
});

test('realtime: errors, a failed response, a cut connection, a refused handshake', async () => {
  const failing = await openRealtimeWS(set.provider, 'gpt-realtime@failed');
  const error = next(failing, 'error');
  failing.send({ type: 'nonsense' } as never);
  assert.match(String(await error), /Invalid value: 'nonsense'/);
  const done = next(failing, 'response.done');
  failing.send({ type: 'response.create' });
  assert.equal(((await done) as { response: { status: string } }).response.status, 'failed');
  failing.close();

  const cut = await openRealtimeWS(set.provider, 'gpt-realtime@cutat=1');
  const closed = once(cut.socket, 'close');
  cut.send({ type: 'response.create' });
  await closed;
  assert.equal(set.provider.requests.at(-1)?.fault, 'cutat');
  assert.equal(await set.provider.requests.at(-1)?.ended, 'disconnected');

  await assert.rejects(openRealtimeWS(set.provider, 'gpt-realtime@status=401'), /401/);
});

test('ResponsesWS: the events of a stream, again and again', async () => {
  const socket = new ResponsesWS(set.sdk.openai);
  const ask = async (named: string) => {
    socket.send({ type: 'response.create', model: named, input: content });
    const types: string[] = [];
    for await (const item of socket.stream()) {
      if (item.type === 'error') return { types, error: String(item.error) };
      if (item.type !== 'message') continue;
      types.push(item.message.type);
      if (item.message.type === 'response.completed') return { types, usage: item.message.response.usage };
    }
    throw new Error('closed');
  };
  socket.on('error', () => {});
  const first = await ask('gpt-5@in=90,out=30,chunks=3');
  assert.equal(first.types[0], 'response.created');
  assert.equal(first.usage?.total_tokens, 120);
  assert.deepEqual(set.lastBilled().usage, first.usage);
  assert.equal((await ask('gpt-5@in=5,out=5')).usage?.total_tokens, 10);
  assert.match((await ask('gpt-5@status=500')).error ?? '', /refused/);
  socket.close();
});
