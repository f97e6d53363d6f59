import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import type OpenAI from 'openai';
import { AzureOpenAI, toFile } from 'openai';
import { BedrockOpenAI } from 'openai/bedrock';
import { withUsageContext } from '../src/index.ts';
import { all } from './provider/clients.ts';
import { hello, metered } from './support/setup.ts';

const DEPLOYMENT = 'prod-chat@in=1000,out=50,nomodel';
// These answers do not name the model, and the simulation takes its directives from the request's name.
const IMAGE = 'gpt-image-2@in=50,imagein=30,out=272,textout=2';
const TRANSCRIBE = 'gpt-4o-transcribe@in=70,audioin=60,out=20';
const COMPACT = 'gpt-5@in=900,out=60';
const setup = metered({
  deployments: {
    [DEPLOYMENT]: 'gpt-4.1',
    [IMAGE]: 'gpt-image-2',
    [TRANSCRIBE]: 'gpt-4o-transcribe',
    [COMPACT]: 'gpt-5',
  },
});

/** What the calls inside `run` added to the counters, and the spans they made. */
async function measure(run: () => Promise<unknown>) {
  const before = await counters();
  setup.meter.takeSpans();
  await run();
  const after = await counters();
  assert.equal(setup.meter.instrumentation.openCalls, 0);
  const added: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const more = value - (before[name] ?? 0);
    if (more !== 0) added[name] = more;
  }
  return { added, spans: setup.meter.takeSpans().map(({ attributes }) => attributes) };
}

async function counters(): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { metric, labels, value } of await setup.meter.points()) {
    const name = NAMES[metric]?.(labels);
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
}

const modality = (name: string) => (labels: Attributes) => `${name}.${labels['gen_ai.token.modality']}`;
const NAMES: Record<string, (labels: Attributes) => string> = {
  'gen_ai.client.inference.usage.input_tokens': modality('input'),
  'gen_ai.client.inference.usage.output_tokens': modality('output'),
  'tokenmeter.requests': ({ outcome }) => `requests.${outcome}`,
  'tokenmeter.unmetered.requests': ({ reason }) => `unmetered.${reason}`,
  'tokenmeter.unpriced.requests': () => 'unpriced',
};

const file = () => toFile(Buffer.alloc(100), 'speech.mp3');
const image = () => toFile(Buffer.from('pixels'), 'in.png', { type: 'image/png' });

describe('images', () => {
  const model = IMAGE;
  const tokens = { 'input.text': 20, 'input.image': 30, 'output.text': 2, 'output.image': 270 };

  test('GPT Image models by tokens of text and image', async () => {
    const { added, spans } = await measure(() => setup.openai.images.generate({ model, prompt: 'A cat' }));
    assert.deepEqual(added, { 'requests.ok': 1, ...tokens });
    assert.equal(spans[0]?.['gen_ai.operation.name'], 'generate_content');
    // 20 x 5 + 30 x 8 + 2 x 10 + 270 x 30 dollars a million.
    assert.equal(spans[0]?.['gen_ai.usage.cost.amount'], 0.00846);
  });

  test('streamed, and edits as forms', async () => {
    const { added } = await measure(async () => {
      await all(
        await setup.openai.images.generate({ model, prompt: 'A cat', stream: true, partial_images: 2 }),
      );
      await setup.openai.images.edit({ model, prompt: 'A dog', image: await image() });
    });
    assert.deepEqual(added['requests.ok'], 2);
    assert.equal(added['output.image'], 540);
  });

  test('DALL·E by the image', async () => {
    const { added, spans } = await measure(async () => {
      await setup.openai.images.generate({ model: 'dall-e-3', prompt: 'A cat', size: '1024x1792' });
      await setup.openai.images.createVariation({ image: await image(), n: 3, size: '512x512' });
    });
    assert.deepEqual(added, { 'requests.ok': 2 });
    assert.deepEqual(
      spans.map((span) => [
        span['gen_ai.request.model'] ?? span['gen_ai.response.model'],
        span['gen_ai.usage.cost.amount'],
      ]),
      [
        ['dall-e-3', 0.08],
        ['dall-e-2', 0.054],
      ],
    );
  });
});

describe('audio', () => {
  const model = TRANSCRIBE;

  test('transcriptions by tokens, plain and streamed', async () => {
    const { added } = await measure(async () => {
      await setup.openai.audio.transcriptions.create({ model, file: await file() });
      await all(await setup.openai.audio.transcriptions.create({ model, file: await file(), stream: true }));
    });
    assert.deepEqual(added, { 'requests.ok': 2, 'input.text': 20, 'input.audio': 120, 'output.text': 40 });
  });

  test('transcriptions by seconds', async () => {
    const { added, spans } = await measure(async () =>
      setup.openai.audio.transcriptions.create({ model: 'whisper-1@seconds=12', file: await file() }),
    );
    assert.deepEqual(added, { 'requests.ok': 1, unpriced: 1 });
    assert.equal(spans[0]?.['tokenmeter.unpriced.reason'], 'unknown_model');
  });

  test('what says nothing is counted as unmetered', async () => {
    const { added } = await measure(async () => {
      await setup.openai.audio.translations.create({ model: 'whisper-1', file: await file() });
      await setup.openai.audio.transcriptions.create({ model, file: await file(), response_format: 'text' });
    });
    assert.deepEqual(added, { 'requests.ok': 2, 'unmetered.no_usage': 2 });
  });

  test('speech by characters, where the model is charged so', async () => {
    const asked = { input: 'Hello', voice: 'alloy' } as const;
    const { added, spans } = await measure(async () => {
      const answer = await setup.openai.audio.speech.create({ model: 'tts-1', ...asked });
      assert.ok((await answer.arrayBuffer()).byteLength > 0);
      await setup.openai.audio.speech.create({ model: 'gpt-4o-mini-tts', ...asked });
    });
    assert.deepEqual(added, { 'requests.ok': 2, 'unmetered.no_usage': 1 });
    assert.equal(spans[0]?.['gen_ai.usage.cost.amount'], 0.000075);
  });
});

test('moderations are counted, and free', async () => {
  const { added, spans } = await measure(() =>
    setup.openai.moderations.create({ model: 'omni-moderation-latest', input: 'Hello' }),
  );
  assert.deepEqual(added, { 'requests.ok': 1 });
  assert.equal(spans[0]?.['gen_ai.operation.name'], 'moderation');
});

test('compacting a conversation', async () => {
  const { added } = await measure(() => setup.openai.responses.compact({ model: COMPACT, input: 'Hello' }));
  assert.deepEqual(added, { 'requests.ok': 1, 'input.text': 900, 'output.text': 60 });
});

describe('background responses', () => {
  const model = 'gpt-5@in=90,cached=40,out=30,polls=2';
  const asked = { model, input: 'Hello', background: true } as const;
  const once = { 'requests.ok': 1, 'input.text': 90, 'output.text': 30 };

  test('are metered once, when a retrieval brings their usage, for whoever began them', async () => {
    let id = '';
    const { added, spans } = await measure(async () => {
      ({ id } = await withUsageContext({ user: 'u_background' }, () => setup.openai.responses.create(asked)));
      for (let poll = 0; poll < 5; poll++) await setup.openai.responses.retrieve(id);
    });
    assert.deepEqual(added, once);
    assert.equal(spans.length, 2, 'one for the request, one for the result');
    assert.equal(spans[1]?.['user.id'], 'u_background');
    assert.equal(spans[1]?.['gen_ai.response.id'], id);
    assert.ok(Number(spans[1]?.['gen_ai.usage.cost.amount']) > 0);
  });

  test('once, when their stream was read and they are retrieved after it', async () => {
    const { added } = await measure(async () => {
      const events = await all(await setup.openai.responses.create({ ...asked, stream: true }));
      const last = events.at(-1);
      assert.ok(last?.type === 'response.completed');
      await setup.openai.responses.retrieve(last.response.id);
    });
    assert.deepEqual(added, once);
  });

  test('once, when their stream is broken off and resumed: nothing is estimated', async () => {
    const { added } = await measure(async () => {
      let id = '';
      const stream = await setup.openai.responses.create({
        ...asked,
        model: `${model},hangat=1`,
        stream: true,
      });
      for await (const event of stream) {
        if (event.type === 'response.created') id = event.response.id;
        if (event.type === 'response.in_progress') break;
      }
      await all(await setup.openai.responses.retrieve(id, { stream: true }));
      await setup.openai.responses.retrieve(id);
    });
    assert.deepEqual(added, { 'requests.aborted': 1, 'input.text': 90, 'output.text': 30 });
  });

  test('a response that did not run in the background is not metered again', async () => {
    const { added } = await measure(async () => {
      const { id } = await setup.openai.responses.create({ model: 'gpt-5@in=90,out=30', input: 'Hello' });
      await setup.openai.responses.retrieve(id);
    });
    assert.deepEqual(added, once);
  });
});

describe('batches', () => {
  const input = { input_file_id: 'file-1', completion_window: '24h' } as const;

  test("OpenAI's are metered once, at batch price, however often they are retrieved", async () => {
    const scenario = 'gpt-5@in=1000,cached=400,out=50,requests=3,errored=1,polls=1';
    const { added, spans } = await measure(async () => {
      const { id } = await withUsageContext({ team: 'night' }, () =>
        setup.openai.batches.create({ ...input, endpoint: '/v1/chat/completions', metadata: { scenario } }),
      );
      for (let poll = 0; poll < 4; poll++) await setup.openai.batches.retrieve(id);
    });
    assert.deepEqual(added, {
      'requests.ok': 2,
      'requests.error': 1,
      'input.text': 1000,
      'output.text': 50,
    });
    assert.equal(spans.length, 2);
    assert.equal(spans[0]?.team, 'night');
    assert.equal(spans[0]?.['gen_ai.operation.name'], 'chat');
    // Half of (600 x 1.25 + 400 x 0.125 + 50 x 10) dollars a million.
    assert.equal(spans[0]?.['gen_ai.usage.cost.amount'], 0.00065);
  });

  test("Anthropic's results are metered one by one, once, however often they are read", async () => {
    const request = (id: string, model: string) => ({
      custom_id: id,
      params: { model, max_tokens: 10, messages: hello },
    });
    const { added, spans } = await measure(async () => {
      const { batches } = setup.anthropic.messages;
      const { id } = await withUsageContext({ user: 'u_batch' }, () =>
        batches.create({
          requests: [
            request('a', 'claude-sonnet-5@in=10,read=30,out=7,polls=0'),
            request('b', 'claude-sonnet-5@in=5,out=3,polls=0'),
            request('c', 'claude-sonnet-5@result=errored,polls=0'),
          ],
        }),
      );
      for (let time = 0; time < 3; time++) {
        const lines = await all(await batches.results(id));
        assert.equal(lines.length, 3);
      }
    });
    assert.deepEqual(added, {
      'requests.ok': 2,
      'requests.error': 1,
      'input.text': 45,
      'output.text': 10,
    });
    assert.equal(spans.length, 3);
    for (const span of spans) assert.equal(span['user.id'], 'u_batch');
  });

  test('the beta of it, read only in part', async () => {
    const { added } = await measure(async () => {
      const { batches } = setup.anthropic.beta.messages;
      const params = { model: 'claude-sonnet-5@in=5,out=3,polls=0', max_tokens: 10, messages: hello };
      const { id } = await batches.create({
        requests: [
          { custom_id: 'a', params },
          { custom_id: 'b', params },
        ],
      });
      for await (const _ of await batches.results(id)) break;
      await all(await batches.results(id));
    });
    assert.deepEqual(added, { 'requests.ok': 2, 'input.text': 10, 'output.text': 6 });
  });
});

describe('helpers that make several calls', () => {
  const parameters = { type: 'object' as const, properties: {} };
  const messages = [{ role: 'user' as const, content: 'Use the tool' }];

  test("openai's runTools: each call", async () => {
    let runs = 0;
    const { added, spans } = await measure(() =>
      setup.openai.chat.completions
        .runTools({
          model: 'gpt-4.1@in=1000,out=50',
          messages,
          tools: [
            {
              type: 'function',
              function: { name: 'now', description: '', parameters, function: () => `noon ${++runs}` },
            },
          ],
        })
        .done(),
    );
    const calls = runs + 1;
    assert.ok(calls > 1);
    assert.deepEqual(added, { 'requests.ok': calls, 'input.text': 1000 * calls, 'output.text': 50 * calls });
    assert.equal(spans.length, calls);
  });

  const runner = (run: () => string) => ({
    model: 'claude-sonnet-5@in=10,out=7',
    max_tokens: 100,
    messages,
    tools: [
      { name: 'now', description: '', input_schema: parameters, run, parse: (input: unknown) => input },
    ],
  });

  test("Anthropic's toolRunner, streamed: each call", async () => {
    let runs = 0;
    const { added, spans } = await measure(async () => {
      const { toolRunner } = setup.anthropic.beta.messages;
      const streams = toolRunner.call(setup.anthropic.beta.messages, {
        ...runner(() => `noon ${++runs}`),
        stream: true,
      });
      for await (const stream of streams) await all(stream as AsyncIterable<unknown>);
    });
    const calls = runs + 1;
    assert.ok(calls > 1);
    assert.deepEqual(added, { 'requests.ok': calls, 'input.text': 10 * calls, 'output.text': 7 * calls });
    assert.equal(spans.length, calls);
  });

  test("Anthropic's toolRunner: each call", async () => {
    let runs = 0;
    const { added, spans } = await measure(async () => {
      await setup.anthropic.beta.messages.toolRunner(runner(() => `noon ${++runs}`));
    });
    const calls = runs + 1;
    assert.ok(calls > 1);
    assert.deepEqual(added, { 'requests.ok': calls, 'input.text': 10 * calls, 'output.text': 7 * calls });
    assert.equal(spans.length, calls);
  });
});

describe('clients of cloud vendors', () => {
  const azure = (deployment?: string) =>
    new AzureOpenAI({
      endpoint: setup.server.anthropicUrl,
      apiKey: 'test',
      apiVersion: '2024-10-21',
      ...(deployment && { deployment }),
    });

  test('Azure OpenAI: the deployment is the model of the request', async () => {
    const deployment = 'prod@model=gpt-4.1-2025-04-14,in=1000,out=50';
    const { added, spans } = await measure(() =>
      azure(deployment).chat.completions.create({ model: 'ignored', messages: hello }),
    );
    assert.deepEqual(added, { 'requests.ok': 1, 'input.text': 1000, 'output.text': 50 });
    assert.equal(spans[0]?.['gen_ai.provider.name'], 'azure.ai.openai');
    assert.equal(spans[0]?.['gen_ai.request.model'], deployment);
    assert.equal(spans[0]?.['gen_ai.response.model'], 'gpt-4.1-2025-04-14');
    assert.equal(spans[0]?.['gen_ai.usage.cost.amount'], 0.0024);
  });

  test('Azure OpenAI: the configuration names the model of a deployment', async () => {
    const { spans } = await measure(() =>
      azure(DEPLOYMENT).chat.completions.create({ model: '', messages: hello }),
    );
    assert.equal(spans[0]?.['gen_ai.usage.cost.amount'], 0.0024);
  });

  test('Azure OpenAI: a stream, with the chunk of Azure that comes first', async () => {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    const { added } = await measure(async () => {
      const stream = await azure('gpt-4.1@in=1000,out=50').chat.completions.create({
        model: '',
        messages: hello,
        stream: true,
      });
      chunks.push(...(await all(stream)));
    });
    assert.deepEqual(added, { 'requests.ok': 1, 'input.text': 1000, 'output.text': 50 });
    assert.equal(chunks[0]?.choices.length, 0);
    assert.notEqual(chunks.at(-1)?.choices.length, 0);
  });

  test("openai's client for Bedrock", async () => {
    const client = new BedrockOpenAI({
      apiKey: 'test',
      baseURL: setup.server.openaiUrl,
      awsRegion: 'us-east-1',
    });
    const { added, spans } = await measure(() =>
      client.responses.create({ model: 'gpt-5@in=90,out=30', input: 'Hello' }),
    );
    assert.deepEqual(added, { 'requests.ok': 1, 'input.text': 90, 'output.text': 30 });
    assert.equal(spans[0]?.['gen_ai.provider.name'], 'aws.bedrock');
  });
});

test("the app's own requests, through the client's request() and post()", async () => {
  const body = { model: 'gpt-4.1@in=1000,out=50', messages: hello };
  const message = { model: 'claude-sonnet-5@in=10,out=7', max_tokens: 10, messages: hello };
  const { added, spans } = await measure(async () => {
    await setup.openai.request({ method: 'post', path: '/chat/completions', body });
    await setup.openai.post('/chat/completions', { body });
    await setup.anthropic.request({ method: 'post', path: '/v1/messages', body: message });
    await setup.anthropic.post('/v1/messages', { body: message });
  });
  assert.deepEqual(added, { 'requests.ok': 4, 'input.text': 2020, 'output.text': 114 });
  assert.equal(spans.length, 4);
});

describe('what no table knows', () => {
  test('is counted when it looks paid', async () => {
    const { added, spans } = await measure(() =>
      setup.openai.post('/some/new/endpoint', { body: { model: 'gpt-9', input: 'Hello' } }),
    );
    assert.deepEqual(added, { 'requests.ok': 1, 'unmetered.unknown_endpoint': 1 });
    assert.equal(spans[0]?.['gen_ai.request.model'], 'gpt-9');
  });

  test('is not counted when it is free', async () => {
    const { added, spans } = await measure(async () => {
      await setup.openai.files.create({ file: await file(), purpose: 'batch' });
      await setup.openai.models.list().catch(() => {});
      await setup.openai.models.retrieve('gpt-4.1').catch(() => {});
      await setup.anthropic.messages.countTokens({ model: 'claude-sonnet-5', messages: hello });
    });
    assert.deepEqual(added, {});
    assert.equal(spans.length, 0);
  });

  test('is not counted as unmetered when it is refused', async () => {
    const { added } = await measure(() =>
      setup.openai.post('/fine_tuning/alpha/nothing', { body: {} }).catch(() => {}),
    );
    assert.deepEqual(added, {});
    const refused = await measure(() => setup.openai.videos.create({ prompt: 'A cat' }).catch(() => {}));
    assert.equal(refused.added['unmetered.no_usage'], undefined);
  });
});

test('legacy completions of Anthropic never say what they used', async () => {
  const { added } = await measure(() =>
    setup.anthropic.post('/v1/complete', {
      body: { model: 'claude-2.1', prompt: '\n\nHuman: Hello\n\nAssistant:', max_tokens_to_sample: 10 },
    }),
  );
  assert.deepEqual(added, { 'requests.ok': 1, 'unmetered.no_usage': 1 });
});
