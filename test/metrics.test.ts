import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { METRIC } from '../src/telemetry/names.ts';
import { CLAUDE, GPT, hello, metered } from './support/setup.ts';

const what = {
  'gen_ai.provider.name': 'openai',
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': GPT,
  'gen_ai.response.model': 'gpt-4.1-2025-04-14',
};

describe('metrics', () => {
  const setup = metered();

  test('a call of each kind, under the fixed names', async () => {
    const { openai, anthropic, meter } = setup;
    await openai.chat.completions.create({ model: GPT, messages: hello, user: 'ann' });
    for await (const _ of await anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 9,
      messages: hello,
      stream: true,
    }));
    const ann = { ...what, 'user.id': 'ann' };
    const text = { ...ann, 'gen_ai.token.modality': 'text' };
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', text), 1000);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.output_tokens', text), 50);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.cache_read.input_tokens', text), 400);
    assert.equal(await meter.sum('tokenmeter.cost.usd', ann), 0.0018);
    assert.equal(await meter.sum('tokenmeter.requests', { ...ann, outcome: 'ok' }), 1);
    assert.ok((await meter.sum('tokenmeter.request.seconds', ann)) > 0);
    const claude = { 'gen_ai.provider.name': 'anthropic' };
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', claude), 60);
    assert.equal(await meter.sum('gen_ai.client.inference.usage.cache_write.input_tokens', claude), 20);

    const points = await meter.points();
    const known = new Set<string>(Object.values(METRIC).map(({ name }) => name));
    for (const { metric } of points) assert.ok(known.has(metric), metric);
    const histograms = points.filter(({ value }) => typeof value === 'object');
    assert.deepEqual(
      [...new Set(histograms.map(({ metric }) => metric))].sort(),
      [METRIC.duration.name, METRIC.timePerOutputChunk.name, METRIC.timeToFirstChunk.name].sort(),
    );
    for (const { labels } of histograms) assert.ok(!('user.id' in labels), 'no user on a histogram');
  });

  test('audio is counted apart from text', async () => {
    const model = 'gpt-4o-audio-preview@in=100,audioin=60,out=50,audioout=20';
    await setup.openai.chat.completions.create({ model, messages: hello, user: 'audio' });
    const input = 'gen_ai.client.inference.usage.input_tokens';
    const of = (modality: string) => ({ 'user.id': 'audio', 'gen_ai.token.modality': modality });
    assert.equal(await setup.meter.sum(input, of('text')), 40);
    assert.equal(await setup.meter.sum(input, of('audio')), 60);
    assert.equal(await setup.meter.sum('gen_ai.client.inference.usage.output_tokens', of('audio')), 20);
  });

  test('a model without a price has no cost, and is counted', async () => {
    await setup.openai.chat.completions.create({ model: 'llama-9', messages: hello, user: 'unpriced' });
    const { meter } = setup;
    const model = { 'gen_ai.request.model': 'llama-9' };
    assert.equal(await meter.sum('tokenmeter.unpriced.requests', model), 1);
    assert.ok((await meter.sum('gen_ai.client.inference.usage.input_tokens', model)) > 0);
    const priced = (await meter.points()).filter(
      ({ metric, labels }) => metric === 'tokenmeter.cost.usd' && labels['user.id'] === 'unpriced',
    );
    assert.deepEqual(priced, [], 'not a cost of 0');
  });

  test('calls without usage are counted with the reason', async () => {
    const { openai, meter } = setup;
    const ask = (directive: string) =>
      openai.chat.completions.create({ model: `gpt-4.1@${directive}`, messages: hello, user: 'unmetered' });
    await ask('nousage');
    await ask('negative');
    assert.equal(await meter.sum('tokenmeter.unmetered.requests', { reason: 'no_usage' }), 1);
    assert.equal(await meter.sum('tokenmeter.unmetered.requests', { reason: 'invalid_usage' }), 1);
    assert.equal(await meter.sum('tokenmeter.requests', { 'user.id': 'unmetered', outcome: 'ok' }), 2);
  });

  test('the duration of a failed call says why', async () => {
    const { openai, meter } = setup;
    const model = 'gpt-4.1@status=429';
    await assert.rejects(openai.chat.completions.create({ model, messages: hello }));
    const failed = (await meter.points()).filter(({ labels }) => labels['error.type'] === '429');
    assert.deepEqual(
      failed.map(({ metric }) => metric),
      [METRIC.duration.name],
    );
    assert.equal(await meter.sum('tokenmeter.unmetered.requests', { 'gen_ai.request.model': model }), 0);
  });

  test('a user setting of include_usage stands, either way', async () => {
    const { openai, meter } = setup;
    const read = async (include_usage: boolean, user: string) => {
      const chunks: unknown[] = [];
      const request = { model: GPT, messages: hello, user, stream: true as const };
      const stream = await openai.chat.completions.create({ ...request, stream_options: { include_usage } });
      for await (const chunk of stream) chunks.push(chunk.usage);
      return chunks;
    };
    assert.ok((await read(true, 'asks')).at(-1), 'the chunk that the user asked for is shown');
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', { 'user.id': 'asks' }), 1000);
    await read(false, 'refuses');
    assert.equal(await meter.sum('gen_ai.client.inference.usage.input_tokens', { 'user.id': 'refuses' }), 0);
    assert.equal(await meter.sum('tokenmeter.requests', { 'user.id': 'refuses', outcome: 'ok' }), 1);
  });
});

describe('streamUsage: false', () => {
  const setup = metered({ streamUsage: false });

  test('requests are sent as they are, and the stream is counted as unmetered', async () => {
    const { openai, meter, server } = setup;
    for await (const _ of await openai.chat.completions.create({
      model: GPT,
      messages: hello,
      stream: true,
    }));
    assert.doesNotMatch(server.requests.at(-1)?.rawBody ?? '', /stream_options/);
    assert.equal(await meter.sum('tokenmeter.unmetered.requests', { reason: 'no_usage' }), 1);
  });
});
