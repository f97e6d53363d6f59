/** The ways of calling that every conformance case is run on. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Provider } from '../provider/server.ts';

export interface ApiPromise<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response }>;
}

export interface EventStream extends AsyncIterable<unknown> {
  controller: AbortController;
  tee(): [EventStream, EventStream];
  toReadableStream(): ReadableStream;
}

export interface Options {
  signal?: AbortSignal;
  maxRetries?: number;
}

export interface Surface {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic';
  readonly operation: string;
  /** With directives for the simulated provider that give the usage below. */
  readonly model: string;
  readonly usage: ExpectedUsage;
  /** The request without its model; a case may freeze it. */
  readonly params: Readonly<Record<string, unknown>>;
  create(params: object, options?: Options): ApiPromise<unknown>;
  stream?(params: object, options?: Options): ApiPromise<EventStream>;
  /** Structured output. */
  parse?(params: object): Promise<unknown>;
  /** The SDK's own reader of streams; resolves to its final value. */
  helper?(params: object): Promise<unknown>;
}

export interface ExpectedUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
  readonly costUsd: number;
}

const schema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};
const hello = { role: 'user', content: 'Say hello 👋' };

// The SDKs' parameter types know more than these cases: they are called with what is on the wire.
type Loose = (params: object, options?: Options) => never;
const loose = (target: object, method: string): Loose =>
  ((params, options) => Reflect.apply(Reflect.get(target, method), target, [params, options])) as Loose;

export function openaiSurfaces(server: Provider): Surface[] {
  const client = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl, maxRetries: 0 });
  const chat = client.chat.completions;
  const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
  const textFormat = { format: { type: 'json_schema', name: 'answer', strict: true, schema } };
  // gpt-4.1 costs $2 and $8 a million tokens, $0.50 where cached.
  const usage = { input: 1000, output: 50, cacheRead: 400, cacheWrite: 0, reasoning: 0, costUsd: 0.0018 };
  return [
    {
      name: 'chat.completions',
      provider: 'openai',
      operation: 'chat',
      model: 'gpt-4.1@in=1000,cached=400,out=50',
      usage,
      params: { messages: [hello] },
      create: loose(chat, 'create'),
      stream: (params, options) => loose(chat, 'create')({ ...params, stream: true }, options),
      parse: (params) => loose(chat, 'parse')({ ...params, response_format: format }),
      helper: (params) => chat.stream(params as never).finalChatCompletion(),
    },
    {
      name: 'responses',
      provider: 'openai',
      operation: 'chat',
      model: 'gpt-4.1@in=1000,cached=400,out=50,reasoning=20',
      usage: { ...usage, reasoning: 20 },
      params: { input: 'Say hello 👋' },
      create: loose(client.responses, 'create'),
      stream: (params, options) => loose(client.responses, 'create')({ ...params, stream: true }, options),
      parse: (params) => loose(client.responses, 'parse')({ ...params, text: textFormat }),
      helper: (params) => client.responses.stream(params as never).finalResponse(),
    },
    {
      name: 'completions',
      provider: 'openai',
      operation: 'text_completion',
      // $1.50 and $2 a million tokens.
      model: 'gpt-3.5-turbo-instruct@in=1000,out=50',
      usage: { input: 1000, output: 50, cacheRead: 0, cacheWrite: 0, reasoning: 0, costUsd: 0.0016 },
      params: { prompt: 'Say hello' },
      create: loose(client.completions, 'create'),
      stream: (params, options) => loose(client.completions, 'create')({ ...params, stream: true }, options),
    },
    {
      name: 'embeddings',
      provider: 'openai',
      operation: 'embeddings',
      // $0.02 a million tokens.
      model: 'text-embedding-3-small@in=300',
      usage: { input: 300, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, costUsd: 0.000006 },
      params: { input: ['one', 'two'] },
      create: loose(client.embeddings, 'create'),
    },
  ];
}

export function anthropicSurfaces(server: Provider): Surface[] {
  const client = new Anthropic({ apiKey: 'test', baseURL: server.anthropicUrl, maxRetries: 0 });
  // Sonnet 4.5: $3 and $15 a million tokens, $0.30 read, $3.75 and $6 written for 5 minutes and an hour.
  const common = {
    provider: 'anthropic' as const,
    operation: 'chat',
    model: 'claude-sonnet-4-5@in=10,read=30,write5m=20,write1h=5,out=7',
    usage: { input: 65, output: 7, cacheRead: 30, cacheWrite: 25, reasoning: 0, costUsd: 0.000249 },
    params: { max_tokens: 100, messages: [hello] },
  };
  const output = { output_config: { format: { type: 'json_schema', schema } } };
  return [
    {
      ...common,
      name: 'messages',
      create: loose(client.messages, 'create'),
      stream: (params, options) => loose(client.messages, 'create')({ ...params, stream: true }, options),
      parse: (params) => loose(client.messages, 'parse')({ ...params, ...output }),
      helper: (params) => client.messages.stream(params as never).finalMessage(),
    },
    {
      ...common,
      name: 'beta.messages',
      create: loose(client.beta.messages, 'create'),
      stream: (params, options) =>
        loose(client.beta.messages, 'create')({ ...params, stream: true }, options),
      helper: (params) => client.beta.messages.stream(params as never).finalMessage(),
    },
  ];
}
