import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { AzureOpenAI, toFile } from 'openai';
import { BedrockOpenAI } from 'openai/bedrock';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { content, messages } from './clients.ts';
import { crc32, crc32ByTable } from './crc32.ts';
import { simulated } from './simulated.ts';
import { plainSocket } from './websockets.ts';

const set = simulated();
const body = { anthropic_version: 'a cloud', max_tokens: 100, messages };
const post = (path: string, more: object = {}) =>
  fetch(set.provider.anthropicUrl + path, { method: 'POST', body: JSON.stringify({ ...body, ...more }) });

describe('Azure OpenAI', () => {
  const apiVersion = '2024-10-21';
  const azure = (deployment?: string) =>
    new AzureOpenAI({
      endpoint: set.provider.anthropicUrl,
      apiKey: 'test',
      apiVersion,
      ...(deployment && { deployment }),
    });

  test("the deployment's directives, the real model, the filter's results", async () => {
    const client = azure('prod chat@model=gpt-4.1-2025-04-14,in=9,out=3');
    const answer = await client.chat.completions.create({ model: 'ignored', messages });
    assert.deepEqual([answer.model, answer.usage?.total_tokens], ['gpt-4.1-2025-04-14', 12]);
    assert.ok('prompt_filter_results' in answer);
    assert.match(set.provider.requests.at(-1)?.path ?? '', /deployments\/prod%20chat/);
  });

  test('the other endpoints', async () => {
    const client = azure();
    const whole = await client.responses.create({ model: 'gpt-5@in=9,out=3', input: content });
    assert.match(set.provider.requests.at(-1)?.path ?? '', /^\/openai\/responses\?api-version=/);
    assert.equal((await client.responses.retrieve(whole.id)).usage?.total_tokens, 12);
    await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' });
    await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'a' });
    await client.images.generate({ model: 'gpt-image-2@in=9,out=3', prompt: 'a' });
    assert.match(set.provider.requests.at(-1)?.path ?? '', /deployments\/gpt-image-2/);
    const file = await toFile(Buffer.alloc(4), 'a.wav');
    await client.audio.transcriptions.create({ model: 'whisper-1@seconds=2', file });
    assert.deepEqual(set.lastBilled().usage, { type: 'duration', seconds: 2 });
  });

  test('realtime', async () => {
    const options = { deploymentName: 'gpt-realtime@in=9,out=3', options: plainSocket(set.provider) };
    const realtime = await OpenAIRealtimeWS.azure(azure(), options);
    await new Promise((resolve) => realtime.once('session.created', resolve));
    realtime.send({ type: 'response.create' });
    await new Promise((resolve) => realtime.once('response.done', resolve));
    assert.match(set.provider.requests.at(-1)?.path ?? '', /^\/openai\/v1\/realtime\?model=/);
    realtime.close();
  });
});

test('OpenAI on Bedrock speaks as at home', async () => {
  const client = new BedrockOpenAI({ baseURL: set.provider.openaiUrl, apiKey: 'test' });
  const answer = await client.responses.create({ model: 'openai.gpt-5@in=9,out=3', input: content });
  assert.equal(answer.usage?.total_tokens, 12);
});

test('Anthropic on Microsoft Foundry speaks as at home', async () => {
  const client = new Anthropic({ baseURL: `${set.provider.anthropicUrl}/anthropic`, apiKey: 'test' });
  const asked = { model: 'claude-opus-5@out=7', max_tokens: 100, messages };
  assert.equal((await client.messages.create(asked)).usage.output_tokens, 7);
});

describe('Vertex', () => {
  const models = '/v1/projects/p/locations/us-east5/publishers/anthropic/models';

  test('rawPredict: the version behind an @ is no directive', async () => {
    const response = await post(`${models}/claude-sonnet-4-5@20250929%40in=10,out=7:rawPredict`);
    const message = (await response.json()) as { model: string; usage: { output_tokens: number } };
    assert.deepEqual([message.model, message.usage.output_tokens], ['claude-sonnet-4-5-20250929', 7]);
    const { model, endpoint } = set.lastBilled();
    assert.deepEqual([model, endpoint], ['claude-sonnet-4-5-20250929', 'messages']);
  });

  test('streamRawPredict, and count-tokens', async () => {
    const response = await post(`${models}/claude-opus-5@out=7:streamRawPredict`, { stream: true });
    const text = await response.text();
    assert.match(text, /^event: message_start\n/);
    assert.match(text, /event: message_stop\n/);
    assert.equal(set.lastBilled().stream, true);
    const counted = await post(`${models}/count-tokens:rawPredict`, { model: 'claude-opus-5@in=8' });
    assert.deepEqual(await counted.json(), { input_tokens: 8 });
  });
});

describe('Bedrock', () => {
  const named = (name: string) => encodeURIComponent(`us.anthropic.claude-sonnet-4-5-20250929-v1:0@${name}`);

  test('invoke', async () => {
    const response = await post(`/model/${named('in=10,out=7')}/invoke`);
    assert.match(response.headers.get('x-amzn-requestid') ?? '', /^req_/);
    const message = (await response.json()) as { model: string; usage: { output_tokens: number } };
    assert.deepEqual([message.model, message.usage.output_tokens], ['claude-sonnet-4-5-20250929', 7]);
    const refused = await post(`/model/${named('status=429')}/invoke`);
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /^\{"message":/);
  });

  for (const directives of ['out=7,chunks=2', 'out=7,chunks=2,splitbytes']) {
    test(`invoke-with-response-stream: frames that decode to events (${directives})`, async () => {
      const response = await post(`/model/${named(directives)}/invoke-with-response-stream`);
      assert.equal(response.headers.get('content-type'), 'application/vnd.amazon.eventstream');
      const frames = decode(Buffer.from(await response.arrayBuffer()));
      assert.ok(frames.every(({ headers }) => headers[':event-type'] === 'chunk'));
      const events = frames.map(({ payload }) => Buffer.from(String(payload.bytes), 'base64').toString());
      const types = events.map((event) => JSON.parse(event).type as string);
      assert.deepEqual([types[0], types.at(-1)], ['message_start', 'message_stop']);
      assert.equal(types.filter((type) => type === 'content_block_delta').length, 2);
      assert.equal(set.lastBilled().stream, true);
    });
  }

  test('an error inside the stream is an exception', async () => {
    const response = await post(`/model/${named('errorat=1')}/invoke-with-response-stream`);
    const last = decode(Buffer.from(await response.arrayBuffer())).at(-1);
    assert.equal(last?.headers[':message-type'], 'exception');
    assert.match(String(last.payload.message), /Overloaded/);
  });
});

test('the checksum is that of the specification', () => {
  for (const checksum of [crc32, crc32ByTable]) {
    assert.equal(checksum(Buffer.from('123456789')), 0xcbf43926);
  }
});

test('a path of tomorrow', async () => {
  const path = '/some/new/endpoint';
  const named = { body: { model: 'gpt-9@in=9,out=3' } };
  type Answer = { model: string; usage: { input_tokens: number } };
  const answer = await set.sdk.openai.post<Answer>(path, named);
  assert.deepEqual([answer.model, answer.usage.input_tokens], ['gpt-9', 9]);
  const other = await set.sdk.anthropic.post<Answer>(`/v1${path}`, {
    body: { model: 'claude-9@in=8,out=3' },
  });
  assert.deepEqual([other.model, other.usage.input_tokens], ['claude-9', 8]);
  assert.equal(set.lastBilled().endpoint, 'other');
});

interface Frame {
  headers: Record<string, string>;
  payload: Record<string, unknown>;
}

/** Checks both checksums of every frame. */
function decode(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const frame = bytes.subarray(at, at + length);
    assert.equal(frame.readUInt32BE(8), crc32(frame.subarray(0, 8)));
    assert.equal(frame.readUInt32BE(length - 4), crc32(frame.subarray(0, -4)));
    const headersEnd = 12 + frame.readUInt32BE(4);
    const payload = JSON.parse(frame.subarray(headersEnd, -4).toString());
    frames.push({ headers: decodeHeaders(frame.subarray(12, headersEnd)), payload });
    at += length;
  }
  return frames;
}

function decodeHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const valueStart = nameEnd + 3;
    const valueEnd = valueStart + bytes.readUInt16BE(nameEnd + 1);
    headers[bytes.toString('utf8', at + 1, nameEnd)] = bytes.toString('utf8', valueStart, valueEnd);
    at = valueEnd;
  }
  return headers;
}
