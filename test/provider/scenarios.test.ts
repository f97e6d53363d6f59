import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { all, connect, messages, textOf } from './clients.ts';
import { type Provider, startProvider } from './server.ts';
import type { ReceivedRequest } from './types.ts';

let provider: Provider;
let sdk: ReturnType<typeof connect>;

before(async () => {
  provider = await startProvider();
  sdk = connect(provider);
});
after(() => provider.close());

function lastRequest(): ReceivedRequest {
  const request = provider.requests.at(-1);
  assert.ok(request);
  return request;
}

describe('faults', () => {
  test('429 is retried until the scenario lets it through, or for good', async () => {
    const before = provider.requests.length;
    await sdk.chat('gpt-4o@status=429,failfirst=2');
    const statuses = provider.requests.slice(before).map((request) => request.status);
    assert.deepEqual(statuses, [429, 429, 200]);
    await assert.rejects(sdk.chat('gpt-4o@status=429'), OpenAI.RateLimitError);
    const overloaded = { status: 529, type: 'overloaded_error' };
    await assert.rejects(sdk.message('claude-sonnet-4-5@status=529'), overloaded);
  });

  test('failfirst counts the attempts of a client that does not number them', async () => {
    const body = JSON.stringify({ model: 'gpt-4o@status=500,failfirst=1', messages });
    const post = () => fetch(`${provider.openaiUrl}/chat/completions`, { method: 'POST', body });
    const statuses = [await post(), await post(), await post()].map((response) => response.status);
    assert.deepEqual(statuses, [500, 200, 500]);
  });

  const streams = [
    { open: () => sdk.chatStream('gpt-4o@errorat=2'), chunk: /"content":"[^"]+"/, error: /had an error/ },
    { open: () => sdk.responseStream('gpt-5@errorat=2'), chunk: /text\.delta/, error: /had an error/ },
    { open: () => sdk.messageStream('claude-opus-5@errorat=2'), chunk: /text_delta/, error: /Overloaded/ },
  ];
  for (const { open, chunk, error } of streams) {
    test(`an error inside a stream, after so many chunks: ${error}, ${chunk}`, async () => {
      const billed = provider.billed.length;
      let chunks = 0;
      const read = async () => {
        const stream: AsyncIterable<object> = await open();
        for await (const event of stream) if (chunk.test(JSON.stringify(event))) chunks++;
      };
      await assert.rejects(read, error);
      assert.equal(chunks, 2);
      assert.equal(provider.billed.length, billed);
    });
  }

  test('a cut connection', async () => {
    const stream = await sdk.chatStream('gpt-4o@cutat=1');
    const chunks: string[] = [];
    const read = async () => {
      for await (const chunk of stream) chunks.push(textOf([chunk]));
    };
    await assert.rejects(read, /terminated/);
    assert.equal(chunks.length, 2);
    assert.equal(await lastRequest().ended, 'disconnected');
    assert.equal(lastRequest().fault, 'cutat');
    await assert.rejects(sdk.message('claude-sonnet-4-5@cutat=0'), /terminated/);
  });

  test('a hanging stream ends when the client aborts', async () => {
    const stream = await sdk.messageStream('claude-sonnet-4-5@hangat=1');
    for await (const event of stream) if (event.type === 'content_block_delta') stream.controller.abort();
    assert.equal(await lastRequest().ended, 'disconnected');
  });

  test('break is seen as a disconnect', async () => {
    for await (const _ of await sdk.chatStream('gpt-4o@hangat=1')) break;
    assert.equal(await lastRequest().ended, 'disconnected');
    assert.equal(lastRequest().fault, 'hangat');
  });

  test('slow headers and chunks', async () => {
    const started = performance.now();
    await all(await sdk.chatStream('gpt-4o@headersms=5,delayms=5,chunks=3'));
    assert.ok(performance.now() - started >= 12);
    const controller = new AbortController();
    const call = sdk.openai.chat.completions.create(
      { model: 'gpt-4o@headersms=60000', messages },
      { signal: controller.signal },
    );
    setImmediate(() => controller.abort());
    await assert.rejects(call, OpenAI.APIUserAbortError);
  });

  test('splitbytes splits characters, and the text arrives whole', async () => {
    const whole = textOf(await all(await sdk.chatStream('gpt-4o@bytes=300')));
    assert.match(whole, /👋.*東京/);
    assert.equal(Buffer.byteLength(whole), 300);
    assert.equal(textOf(await all(await sdk.chatStream('gpt-4o@bytes=300,splitbytes'))), whole);
    const body = JSON.stringify({ model: 'gpt-4o@splitbytes', messages, stream: true });
    const raw = await fetch(`${provider.openaiUrl}/chat/completions`, { method: 'POST', body });
    assert.ok(raw.body);
    const pieces: Uint8Array[] = await all(raw.body);
    assert.ok(pieces.some((piece) => ((piece[0] ?? 0) & 0xc0) === 0x80));
  });

  test('bad JSON, an empty body, a page', async () => {
    await assert.rejects(sdk.chat('gpt-4o@badjson'), SyntaxError);
    await assert.rejects(async () => all(await sdk.messageStream('claude-opus-5@badjson')), SyntaxError);
    await assert.rejects(async () => all(await sdk.chatStream('gpt-4o@badjson')), SyntaxError);
    assert.equal(await sdk.chat('gpt-4o@emptybody'), undefined);
    assert.match(String(await sdk.chat('gpt-4o@html')), /^<!doctype html>/);
  });
});

describe('odd answers', () => {
  const usage = async (model: string) => (await sdk.chat(model)).usage;

  test('usage', async () => {
    assert.equal(await usage('gpt-4o@nousage'), undefined);
    assert.equal(await usage('gpt-4o@nullusage'), null);
    assert.equal((await usage('gpt-4o@in=4,negative'))?.prompt_tokens, -4);
    assert.equal((await usage('gpt-4o@in=4,strings'))?.prompt_tokens, '4');
    assert.equal((await usage('gpt-4o@huge'))?.prompt_tokens, 1e21);
    assert.ok('unknown_tokens' in ((await usage('gpt-4o@unknownfields')) ?? {}));
    const metered = { stream_options: { include_usage: true } };
    const chunks = await all(await sdk.chatStream('gpt-4o@nousage', metered));
    assert.ok(chunks.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1));
    const [start] = await all(await sdk.messageStream('claude-sonnet-4-5@nullusage'));
    assert.ok(start?.type === 'message_start');
    assert.equal(start.message.usage, null);
  });

  test('missing keys and events', async () => {
    assert.ok(!('choices' in (await sdk.chat('gpt-4o@nochoices'))));
    assert.ok(!('model' in (await sdk.message('claude-sonnet-4-5@nomodel'))));
    assert.equal((await sdk.chat('gpt-4o@model=ft:gpt-4o:org::id')).model, 'ft:gpt-4o:org::id');
    const [first] = await all(await sdk.messageStream('claude-sonnet-4-5@nomessage_start'));
    assert.equal(first?.type, 'content_block_start');
  });

  for (const status of ['incomplete', 'failed'] as const) {
    test(`responses: ${status}`, async () => {
      const last = (await all(await sdk.responseStream(`gpt-5@${status}`))).at(-1);
      assert.ok(last?.type === 'response.incomplete' || last?.type === 'response.failed');
      assert.equal(last.type, `response.${status}`);
      assert.equal(last.response.status, status);
      assert.deepEqual(last.response.usage, provider.billed.at(-1)?.usage);
    });
  }
});

test('a wrong directive or path is an error that says so', async () => {
  await assert.rejects(sdk.chat('gpt-4o@fluss=1'), /unknown directive "fluss=1"/);
  await assert.rejects(sdk.chat('gpt-4o@read=1'), /"read" has no meaning on chat/);
  await assert.rejects(sdk.chat('gpt-4o@errorat=1'), /needs a stream/);
  await assert.rejects(sdk.chat('gpt-4o@failfirst=1'), /needs "status"/);
  await assert.rejects(sdk.message('claude-sonnet-4-5@in=-1'), /takes a whole number/);
  await assert.rejects(sdk.openai.get('/nothing'), OpenAI.NotFoundError);
  await assert.rejects(sdk.anthropic.get('/v1/nothing'), { status: 404, type: 'not_found_error' });
});

test('two providers of one seed answer alike', async () => {
  const twins = [await startProvider({ seed: 7 }), await startProvider({ seed: 7 })];
  const [left, right] = await Promise.all(twins.map((twin) => connect(twin).chat('gpt-4o')));
  assert.deepEqual(left, right);
  await Promise.all(twins.map((twin) => twin.close()));
});

test('close ends an answer that hangs', async () => {
  const hanging = await startProvider();
  const stream = await connect(hanging).messageStream('claude-sonnet-4-5@hangat=0');
  await hanging.close();
  await assert.rejects(all(stream), /terminated/);
  assert.equal(await hanging.requests[0]?.ended, 'disconnected');
});
