import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { all } from './clients.ts';
import { simulated } from './simulated.ts';

const set = simulated();
const file = () => toFile(Buffer.alloc(100), 'speech.mp3');

describe('transcriptions', () => {
  const model = 'gpt-4o-transcribe@in=70,audioin=60,out=20,chunks=3';
  const usage = {
    type: 'tokens',
    input_tokens: 70,
    input_token_details: { text_tokens: 10, audio_tokens: 60 },
    output_tokens: 20,
    total_tokens: 90,
  };

  test('tokens, or seconds by Whisper', async () => {
    const { transcriptions } = set.sdk.openai.audio;
    assert.deepEqual((await transcriptions.create({ model, file: await file() })).usage, usage);
    const duration = { type: 'duration', seconds: 12 };
    const whisper = { model: 'whisper-1@seconds=12', file: await file() };
    assert.deepEqual((await transcriptions.create(whisper)).usage, duration);
    const verbose = await transcriptions.create({ ...whisper, response_format: 'verbose_json' });
    assert.deepEqual([verbose.duration, verbose.usage], [12, duration]);
    assert.deepEqual(set.lastBilled().usage, duration);
  });

  test('plain text is billed and has no usage', async () => {
    const { transcriptions } = set.sdk.openai.audio;
    const text = await transcriptions.create({ model, file: await file(), response_format: 'text' });
    assert.match(text, /^Hi .*\n$/);
    assert.deepEqual(set.lastBilled().usage, usage);
  });

  test('streamed; Whisper does not', async () => {
    const { transcriptions } = set.sdk.openai.audio;
    const events = await all(await transcriptions.create({ model, file: await file(), stream: true }));
    assert.equal(events.length, 4);
    const done = events.at(-1);
    assert.ok(done?.type === 'transcript.text.done');
    assert.deepEqual(done.usage, usage);
    assert.equal(set.lastBilled().stream, true);
    const asked = { model: 'whisper-1', file: await file(), stream: true } as const;
    const response = await transcriptions.create(asked).asResponse();
    assert.match(response.headers.get('content-type') ?? '', /json/);
  });
});

test('translations have no usage, and are billed by the second', async () => {
  const asked = { model: 'whisper-1@seconds=3', file: await file() };
  assert.deepEqual(Object.keys(await set.sdk.openai.audio.translations.create(asked)), ['text']);
  const { endpoint, usage } = set.lastBilled();
  assert.deepEqual([endpoint, usage], ['audio.translations', { type: 'duration', seconds: 3 }]);
});

describe('speech', () => {
  const asked = { input: 'Hello', voice: 'alloy' } as const;
  const usage = { input_tokens: 5, output_tokens: 90, total_tokens: 95 };

  test('binary', async () => {
    const { speech } = set.sdk.openai.audio;
    const response = await speech.create({ model: 'gpt-4o-mini-tts@in=5,out=90,bytes=300', ...asked });
    assert.equal(response.headers.get('content-type'), 'audio/mpeg');
    assert.equal((await response.arrayBuffer()).byteLength, 300);
    assert.deepEqual(set.lastBilled().usage, usage);
    await speech.create({ model: 'tts-1', ...asked });
    assert.deepEqual(set.lastBilled().usage, { characters: 5 });
  });

  test('events', async () => {
    const model = 'gpt-4o-mini-tts@in=5,out=90,chunks=2';
    const response = await set.sdk.openai.audio.speech.create({ model, ...asked, stream_format: 'sse' });
    const text = await response.text();
    assert.equal(text.match(/^event: speech\.audio\.delta$/gm)?.length, 2);
    assert.ok(text.includes(`data: ${JSON.stringify({ type: 'speech.audio.done', usage })}`));
  });
});

test('moderations are free', async () => {
  const answer = await set.sdk.openai.moderations.create({ input: ['a', 'b'] });
  assert.equal(answer.model, 'omni-moderation-latest');
  assert.equal(answer.results.length, 2);
  assert.equal(answer.results[0]?.categories['self-harm/intent'], false);
  const failing = set.sdk.openai.moderations.create({
    model: 'omni-moderation-latest@status=400',
    input: 'a',
  });
  await assert.rejects(failing, OpenAI.BadRequestError);
  assert.ok(set.provider.billed.every(({ endpoint }) => endpoint !== 'moderations'));
});
