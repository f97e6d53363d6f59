import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { claudeGeneration } from '../../src/estimate/claude-generation.ts';
import { type EstimateRequest, estimateCost } from '../../src/estimate/index.ts';
import { png } from './images.ts';

const OLDER = 'claude-sonnet-4-6';
const NEWER = 'claude-opus-4-7';
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
const messages = [{ role: 'user', content: TEXT }];
const estimate = (request: Omit<EstimateRequest, 'provider' | 'model'>, model = OLDER) =>
  estimateCost({ provider: 'anthropic', model, ...request });

/** A client of the real SDK, and the bodies that it was to send. */
function client(answer: () => Response) {
  const bodies: unknown[] = [];
  const fetch = async (_url: unknown, init?: { body?: unknown }) => {
    bodies.push(JSON.parse(String(init?.body)));
    return answer();
  };
  return {
    bodies,
    client: new Anthropic({ apiKey: 'none', maxRetries: 0, fetch: fetch as typeof globalThis.fetch }),
  };
}

describe('tokens of Claude without a client', () => {
  test("are OpenAI's times 1.1, and times 1.4 for newer models, said to be a heuristic", async () => {
    const ofText = countTokens(TEXT);
    const older = await estimate({ messages });
    assert.equal(older.inputTokens, Math.ceil(ofText * 1.1) + 6);
    assert.equal(older.method, 'heuristic');
    assert.equal(older.fallbackReason, undefined);
    assert.equal((await estimate({ messages }, NEWER)).inputTokens, Math.ceil(ofText * 1.4) + 6);
  });

  test('are near to what the API reported for short calls', async () => {
    const reply = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ];
    const opus = 'claude-3-opus-20240229';
    assert.equal(
      (await estimate({ system: 'You are a helpful assistant', messages: reply }, opus)).inputTokens,
      14,
    );
    assert.equal((await estimate({ messages: [{ role: 'user', content: 'Hi' }] }, opus)).inputTokens, 8);
  });

  test('count text wherever it is', async () => {
    const inside: readonly object[] = [
      { type: 'text', text: TEXT },
      { type: 'thinking', thinking: TEXT, signature: 'x'.repeat(500) },
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: TEXT }] },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: TEXT } },
      { type: 'search_result', content: [{ type: 'text', text: TEXT }] },
    ];
    const expected = await estimate({ messages });
    for (const block of inside) {
      const found = await estimate({ messages: [{ role: 'user', content: [block] }] });
      assert.deepEqual({ ...found }, { ...expected });
    }
    const used = { type: 'tool_use', id: 'toolu_1', name: 'find', input: { text: TEXT } };
    assert.ok(
      (await estimate({ messages: [{ role: 'user', content: [used] }] })).inputTokens > expected.inputTokens,
    );
    assert.equal(
      (await estimate({ messages, system: [{ type: 'text', text: 'Be brief.' }] })).complete,
      true,
    );
  });

  test('count tools and the system prompt that they bring along', async () => {
    const tool = { name: 'now', input_schema: { type: 'object', properties: {} } };
    const [bare, with1] = [await estimate({ messages }), await estimate({ messages, tools: [tool] })];
    assert.ok(with1.inputTokens >= bare.inputTokens + 346 + 10);
    assert.equal(with1.complete, true);
    const own = await estimate({ messages, tools: [{ type: 'web_search_20250305', name: 'web_search' }] });
    assert.deepEqual(own.unknown, [{ kind: 'tool', count: 1 }]);
  });

  test('of an image are those of its patches, up to the limit of the model', async () => {
    const image = (width: number, height: number) => {
      const source = { type: 'base64', media_type: 'image/png', data: png(width, height) };
      return [{ role: 'user', content: [{ type: 'image', source }] }];
    };
    const tokens = async (width: number, height: number, model: string) =>
      (await estimate({ messages: image(width, height) }, model)).inputTokens - 6;
    assert.equal(await tokens(1000, 1000, OLDER), 1296);
    assert.equal(await tokens(2000, 1500, OLDER), 1568);
    assert.equal(await tokens(2000, 1500, NEWER), 3888);
    assert.equal(await tokens(8000, 8000, NEWER), 4784);
  });

  test('are a lower bound where something has no known size', async () => {
    const content = [
      { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
      {
        type: 'document',
        title: 'Report',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
      },
      { type: 'redacted_thinking', data: 'AAAA' },
    ];
    const result = await estimate({ messages: [{ role: 'user', content }], maxOutputTokens: 10 });
    assert.equal(result.complete, false);
    assert.deepEqual(
      new Set(result.unknown.map(({ kind }) => kind)),
      new Set(['image', 'file', 'reasoning']),
    );
    assert.equal(result.cost?.maxUsd, undefined);
  });
});

describe('tokens of Claude with a client', () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } };

  test('are those that the provider says, and complete', async () => {
    const { client: asked, bodies } = client(() => Response.json({ input_tokens: 1234 }));
    const conversation = [{ role: 'user', content: [image] }];
    const tools = [{ name: 'now', input_schema: { type: 'object' } }];
    const result = await estimate({
      messages: conversation,
      system: 'Be brief.',
      tools,
      client: asked,
      maxOutputTokens: 9,
    });
    assert.equal(result.inputTokens, 1234);
    assert.equal(result.method, 'count_tokens');
    assert.equal(result.complete, true);
    assert.notEqual(result.cost?.maxUsd, undefined);
    assert.deepEqual(bodies, [{ model: OLDER, messages: conversation, system: 'Be brief.', tools }]);
  });

  test('are estimated where it fails, and the result says why', async () => {
    const failing = [
      client(() => Response.json({ type: 'error', error: { message: 'overloaded' } }, { status: 529 }))
        .client,
      client(() => Response.json({ input_tokens: -1 })).client,
      {
        messages: {
          countTokens: () => {
            throw new TypeError('no network');
          },
        },
      },
    ];
    const reasons = [/^countTokens failed: 529 .*overloaded/, /its answer has no count$/, /no network$/];
    const offline = await estimate({ messages });
    for (const [index, broken] of failing.entries()) {
      const result = await estimate({ messages, client: broken });
      assert.match(result.fallbackReason ?? '', reasons[index] as RegExp);
      assert.deepEqual({ ...result, fallbackReason: undefined }, offline);
    }
  });
});

describe('a client that does not answer', () => {
  function silent() {
    const signals: (AbortSignal | undefined)[] = [];
    const countTokens = (_: never, options?: { readonly signal?: AbortSignal }) => {
      signals.push(options?.signal);
      return new Promise(() => {});
    };
    return { signals, client: { messages: { countTokens } } };
  }

  test('is waited for no longer than the request says; the estimate is then the heuristic', async () => {
    const { client: asked, signals } = silent();
    const result = await estimate({ messages, client: asked, timeoutSeconds: 0.02 });
    assert.equal(result.method, 'heuristic');
    assert.equal(result.fallbackReason, 'countTokens failed: no answer within 0.02 seconds');
    assert.equal(result.inputTokens, (await estimate({ messages })).inputTokens);
    assert.equal(signals[0]?.aborted, true);
  });

  test('is waited for until the signal is aborted', async () => {
    const ended = new AbortController();
    const { client: asked, signals } = silent();
    const estimating = estimate({ messages, client: asked, signal: ended.signal, timeoutSeconds: 1e9 });
    ended.abort();
    const { method, fallbackReason } = await estimating;
    assert.deepEqual([method, fallbackReason], ['heuristic', 'countTokens failed: the signal was aborted']);
    assert.equal(signals[0]?.aborted, true);
    const late = await estimate({ messages, client: asked, signal: ended.signal });
    assert.equal(late.method, 'heuristic');
  });

  test('has its request ended, where the client is of the SDK', async () => {
    let ended: AbortSignal | null | undefined;
    const fetch = (_: unknown, init?: RequestInit) => {
      ended = init?.signal;
      return new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const hanging = new Anthropic({ apiKey: 'none', fetch: fetch as typeof globalThis.fetch });
    const result = await estimate({ messages, client: hanging, timeoutSeconds: 0.05 });
    assert.match(result.fallbackReason ?? '', /no answer within/);
    assert.equal(ended?.aborted, true);
  });

  test('may fail later without harm', async () => {
    const countTokens = () => new Promise((_, reject) => setTimeout(reject, 30, new Error('too late')));
    const client = { messages: { countTokens } };
    assert.equal((await estimate({ messages, client, timeoutSeconds: 0.01 })).method, 'heuristic');
    await new Promise((resolve) => setTimeout(resolve, 60));
  });
});

describe('which Claude models count more tokens', () => {
  test('those from version 4.7 on, of every family', () => {
    const older = ['claude-2.1', 'claude-instant-1.2', 'claude-3-5-sonnet-20241022', 'claude-3-opus-latest'];
    const still = [
      'claude-opus-4-20250514',
      'claude-opus-4-6',
      'claude-4.6-opus',
      'claude-haiku-4-5@20251001',
    ];
    const newer = [
      'claude-opus-4-7',
      'claude-4.8-opus',
      'claude-sonnet-5',
      'claude-haiku-5-5',
      'claude-fable-5-1',
    ];
    const cloud = [
      'us.anthropic.claude-opus-4-7-v1:0',
      'anthropic/claude-opus-5',
      'claude-opus-4-10',
      'claude-next',
    ];
    for (const model of [...older, ...still, 'anthropic.claude-3-5-sonnet-20240620-v1:0'])
      assert.equal(claudeGeneration(model).tokensPerToken, 1.1, model);
    for (const model of [...newer, ...cloud])
      assert.equal(claudeGeneration(model).tokensPerToken, 1.4, model);
  });
});
