import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import type OpenAI from 'openai';
import { AzureOpenAI } from 'openai';
import { all, connect, content, messages, textOf } from './provider/clients.ts';
import { type Provider, startProvider } from './provider/server.ts';

let provider: Provider;
let openai: OpenAI;
let anthropic: Anthropic;
let sdk: ReturnType<typeof connect>;

before(async () => {
  provider = await startProvider();
  sdk = connect(provider);
  ({ openai, anthropic } = sdk);
});
after(() => provider.close());

const withTool = [{ role: 'user' as const, content: 'Please use the tool' }];
const schema = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    size: { type: 'string', enum: ['small', 'large'] },
    parts: { type: 'array', items: { $ref: '#/$defs/part' } },
  },
  required: ['city', 'size', 'parts'],
  additionalProperties: false,
  $defs: {
    part: {
      type: 'object',
      properties: { count: { type: 'integer' } },
      required: ['count'],
      additionalProperties: false,
    },
  },
} as const;
const example = { city: 'text', size: 'small', parts: [{ count: 1 }] };

describe('OpenAI', () => {
  test('chat: counts, model, tier, choices', async () => {
    const model = 'gpt-4.1-mini@in=1000,cached=400,written=50,out=50,reasoning=20,tier=flex';
    const { data, response } = await sdk.chat(model, { n: 2, user: 'u1' }).withResponse();
    assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
    assert.match(data.id, /^chatcmpl-/);
    assert.equal(data.model, 'gpt-4.1-mini-2025-04-14');
    assert.equal(data.service_tier, 'flex');
    assert.equal(data.choices.length, 2);
    const details = { cached_tokens: 400, audio_tokens: 0, cache_write_tokens: 50 };
    assert.deepEqual(data.usage?.prompt_tokens_details, details);
    assert.equal(data.usage?.total_tokens, 1050);
    const { provider: name, endpoint, user, stream, usage } = provider.billed.at(-1) ?? {};
    assert.deepEqual([name, endpoint, user, stream], ['openai', 'chat.completions', 'u1', false]);
    assert.deepEqual(usage, data.usage);
    assert.equal(await provider.requests.at(-1)?.ended, 'complete');
  });

  test('chat stream: usage only when asked for, and the same as without a stream', async () => {
    const whole = await sdk.chat('gpt-4o');
    const plain = await all(await sdk.chatStream('gpt-4o@chunks=3'));
    assert.equal(plain.length, 5);
    assert.ok(plain.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1));
    const metered = await all(await sdk.chatStream('gpt-4o', { stream_options: { include_usage: true } }));
    const last = metered.pop();
    assert.deepEqual(last?.choices, []);
    assert.deepEqual(last?.usage, whole.usage);
    assert.ok(metered.every((chunk) => chunk.usage === null));
    assert.equal(textOf(metered), whole.choices[0]?.message.content);
  });

  test('chat helpers: parse, stream', async () => {
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'place', schema } };
    const parsed = await openai.chat.completions.parse({ model: 'gpt-4o', messages, response_format });
    assert.deepEqual(parsed.choices[0]?.message.parsed, example);
    const helper = openai.chat.completions.stream({ model: 'gpt-4o', messages, n: 2 });
    assert.equal((await helper.finalChatCompletion()).choices[1]?.finish_reason, 'stop');
  });

  test('chat helpers: runTools, plain and streamed', async () => {
    const calls: unknown[] = [];
    const definition = {
      name: 'look',
      description: 'Looks',
      parameters: { type: 'object' as const, properties: { city: { type: 'string' as const } } },
      parse: (text: string): object => JSON.parse(text),
      function: (place: object) => calls.push(place),
    };
    const tools = [{ type: 'function' as const, function: definition }];
    const body = { model: 'gpt-4o', messages: withTool, tools };
    const plain = openai.chat.completions.runTools({ ...body, stream: false });
    assert.match((await plain.finalContent()) ?? '', /^Hi/);
    const streamed = openai.chat.completions.runTools({ ...body, stream: true });
    assert.match((await streamed.finalContent()) ?? '', /^Hi/);
    assert.deepEqual(calls, [{ city: 'text' }, { city: 'text' }]);
  });

  test('responses: plain and streamed', async () => {
    const model = 'gpt-5@in=90,cached=40,out=30,reasoning=10,search=2,chunks=3';
    const whole = await openai.responses.create({ model, input: content });
    assert.match(whole.output_text, /^Hi/);
    const types = whole.output.map((item) => item.type);
    assert.deepEqual(types, ['reasoning', 'web_search_call', 'web_search_call', 'message']);
    assert.equal(whole.usage?.output_tokens_details.reasoning_tokens, 10);
    const events = await all(await sdk.responseStream(model));
    const sequence = events.map((event) => event.sequence_number);
    assert.deepEqual(sequence, [...events.keys()]);
    const last = events.at(-1);
    assert.ok(last?.type === 'response.completed');
    assert.deepEqual(last.response.usage, whole.usage);
  });

  test('responses helpers: parse, and stream with a tool call', async () => {
    const text = { format: { type: 'json_schema' as const, name: 'place', schema } };
    const parsed = await openai.responses.parse({ model: 'gpt-5', input: content, text });
    assert.deepEqual(parsed.output_parsed, example);
    const tools = [{ type: 'function' as const, name: 'look', parameters: schema, strict: true }];
    const body = { model: 'gpt-5', input: content, tools, tool_choice: 'required' as const };
    const streamed = await openai.responses.stream(body).finalResponse();
    const call = streamed.output.at(-1);
    assert.ok(call?.type === 'function_call');
    assert.deepEqual(JSON.parse(call.arguments), example);
  });

  test('embeddings: base64 by default, and floats', async () => {
    const input = ['a', 'b'];
    const model = 'text-embedding-3-small@in=5';
    const base64 = await openai.embeddings.create({ model, input });
    assert.deepEqual(base64.data[1]?.embedding.slice(0, 3), [0, 1, 0]);
    const float = await openai.embeddings.create({ model, input, encoding_format: 'float', dimensions: 3 });
    assert.deepEqual(float.data[0]?.embedding, [1, 0, 0]);
    assert.deepEqual(float.usage, { prompt_tokens: 5, total_tokens: 5 });
  });

  test('legacy completions, plain and streamed', async () => {
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: content };
    const whole = await openai.completions.create(body);
    const metered = { stream: true as const, stream_options: { include_usage: true } };
    const chunks = await all(await openai.completions.create({ ...body, ...metered }));
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join(''), whole.choices[0]?.text);
    assert.deepEqual(chunks.at(-1)?.usage, whole.usage);
  });

  test('Azure: the deployment in the path, the filter chunk in the stream', async () => {
    const apiVersion = '2024-10-21';
    const azure = new AzureOpenAI({ endpoint: provider.anthropicUrl, apiKey: 'test', apiVersion });
    const body = { model: 'gpt-4o@out=3', messages };
    const whole = await azure.chat.completions.create(body);
    assert.equal(whole.usage?.completion_tokens, 3);
    const path = provider.requests.at(-1)?.path ?? '';
    assert.match(path, /^\/openai\/deployments\/gpt-4o.*\/chat\/completions\?api-version=2024-10-21$/);
    const chunks = await all(await azure.chat.completions.create({ ...body, stream: true }));
    assert.deepEqual(chunks[0]?.choices, []);
    assert.equal(textOf(chunks), whole.choices[0]?.message.content);
  });
});

describe('Anthropic', () => {
  const model = 'claude-sonnet-4-5@in=10,read=30,write5m=20,write1h=5,out=7,reasoning=3,search=1,geo=us';

  test('messages: counts, model, blocks', async () => {
    const { data, response } = await sdk.message(model, { metadata: { user_id: 'u2' } }).withResponse();
    assert.match(response.headers.get('request-id') ?? '', /^req_/);
    assert.equal(data.model, 'claude-sonnet-4-5-20250929');
    const { input_tokens, cache_creation_input_tokens, inference_geo, server_tool_use } = data.usage;
    assert.deepEqual([input_tokens, cache_creation_input_tokens, inference_geo], [10, 25, 'us']);
    assert.equal(server_tool_use?.web_search_requests, 1);
    const types = data.content.map((block) => block.type);
    assert.deepEqual(types, ['thinking', 'server_tool_use', 'web_search_tool_result', 'text']);
    assert.equal(provider.billed.at(-1)?.user, 'u2');
    assert.deepEqual(provider.billed.at(-1)?.usage, data.usage);
  });

  test('messages stream: the same totals, spread over two events', async () => {
    const whole = await sdk.message(model);
    const final = await anthropic.messages.stream({ model, messages, max_tokens: 100 }).finalMessage();
    assert.deepEqual(final.usage, whole.usage);
    assert.deepEqual(final.content.at(-1), whole.content.at(-1));
    assert.deepEqual(provider.billed.at(-1)?.usage, whole.usage);
    const events = await all(await sdk.messageStream(model));
    const [start, delta] = [events[0], events.at(-2)];
    assert.ok(start?.type === 'message_start' && delta?.type === 'message_delta');
    assert.deepEqual(start.message.usage.cache_creation, whole.usage.cache_creation);
    assert.ok(start.message.usage.output_tokens < 7);
    assert.ok(!('cache_creation' in delta.usage));
    assert.equal(delta.usage.output_tokens, 7);
  });

  test('messages: parse', async () => {
    const output_config = { format: jsonSchemaOutputFormat(schema) };
    const body = { model: 'claude-opus-4-5', messages, max_tokens: 100, output_config };
    assert.deepEqual((await anthropic.messages.parse(body)).parsed_output, example);
  });

  test('count_tokens is free', async () => {
    const billed = provider.billed.length;
    assert.equal((await anthropic.messages.countTokens({ model, messages })).input_tokens, 65);
    assert.equal(provider.billed.length, billed);
  });

  for (const stream of [false, true]) {
    test(`beta toolRunner calls the tool once, ${stream ? 'streamed' : 'plain'}`, async () => {
      const calls: unknown[] = [];
      const run = (place: unknown) => `call ${calls.push(place)}`;
      const tool = betaTool({ name: 'look', description: 'Looks', inputSchema: schema, run });
      const body = { model: 'claude-sonnet-4-6', messages: withTool, max_tokens: 100, tools: [tool], stream };
      const final = await anthropic.beta.messages.toolRunner(body).runUntilDone();
      assert.equal(final.stop_reason, 'end_turn');
      assert.deepEqual(calls, [example]);
      assert.equal(provider.billed.at(-1)?.usage.iterations, null);
    });
  }
});

test('the lists of models', async () => {
  assert.equal((await openai.models.list()).data.length, 2);
  assert.equal((await anthropic.models.list()).data.length, 1);
});
