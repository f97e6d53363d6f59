/** The ways of calling that every conformance case is run on, as far as the SDK's version has them. */
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

export type Way<T> = (params: object, options?: Options) => T;

export interface Surface {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic';
  readonly operation: string;
  /** With directives for the simulated provider that give the usage below. */
  readonly model: string;
  readonly usage: ExpectedUsage;
  /** The request without its model; a case may freeze it. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly create: Way<ApiPromise<unknown>>;
  readonly stream?: Way<ApiPromise<EventStream>> | undefined;
  /** Structured output. */
  readonly parse?: Way<Promise<unknown>> | undefined;
  /** The SDK's own reader of streams; resolves to its final value. */
  readonly helper?: Way<Promise<unknown>> | undefined;
}

/** A surface as the newest version has it. What this version does not have of it is undefined. */
type Sought = Omit<Surface, 'create'> & { readonly create: Surface['create'] | undefined };

export interface Surfaces {
  readonly surfaces: readonly Surface[];
  /** What this version does not have: names of surfaces, and of ways of calling one (`messages parse`). */
  readonly lacking: readonly string[];
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

function present(sought: readonly Sought[]): Surfaces {
  const ways = ['stream', 'parse', 'helper'] as const;
  return {
    surfaces: sought.filter((surface): surface is Surface => surface.create !== undefined),
    lacking: sought.flatMap((surface) => {
      if (surface.create === undefined) return surface.name;
      const absent = ways.filter((way) => way in surface && surface[way] === undefined);
      return absent.map((way) => `${surface.name} ${way}`);
    }),
  };
}

// The SDKs' parameter types know more than these cases: they are called with what is on the wire.
type Method = Way<never> | undefined;

/** The method at the first of these paths that the client has. */
function find(client: object, ...paths: readonly string[]): Method {
  for (const path of paths) {
    const names = path.split('.');
    const name = names.pop() as string;
    let owner: unknown = client;
    for (const part of names) owner = (owner as Record<string, unknown> | undefined)?.[part];
    const method = (owner as Record<string, unknown> | undefined)?.[name];
    if (typeof method === 'function')
      return (params, options) => method.call(owner, params, options) as never;
  }
  return undefined;
}

const adding = (method: Method, more: object): Method =>
  method && ((params, options) => method({ ...params, ...more }, options));

/** Waits for the value that a stream helper ends with. */
const final = (method: Method, name: string): Surface['helper'] =>
  method &&
  ((params) => (method(params) as Record<string, () => Promise<unknown>>)[name]?.() as Promise<unknown>);

export function openaiSurfaces(server: Provider): Surfaces {
  const client = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl, maxRetries: 0 });
  const chat = find(client, 'chat.completions.create');
  const responses = find(client, 'responses.create');
  const completions = find(client, 'completions.create');
  const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
  const textFormat = { format: { type: 'json_schema', name: 'answer', strict: true, schema } };
  // gpt-4.1 costs $2 and $8 a million tokens, $0.50 where cached.
  const usage = { input: 1000, output: 50, cacheRead: 400, cacheWrite: 0, reasoning: 0, costUsd: 0.0018 };
  return present([
    {
      name: 'chat.completions',
      provider: 'openai',
      operation: 'chat',
      model: 'gpt-4.1@in=1000,cached=400,out=50',
      usage,
      params: { messages: [hello] },
      create: chat,
      stream: adding(chat, { stream: true }),
      parse: adding(find(client, 'chat.completions.parse', 'beta.chat.completions.parse'), {
        response_format: format,
      }),
      helper: final(
        find(client, 'chat.completions.stream', 'beta.chat.completions.stream'),
        'finalChatCompletion',
      ),
    },
    {
      name: 'responses',
      provider: 'openai',
      operation: 'chat',
      model: 'gpt-4.1@in=1000,cached=400,out=50,reasoning=20',
      usage: { ...usage, reasoning: 20 },
      params: { input: 'Say hello 👋' },
      create: responses,
      stream: adding(responses, { stream: true }),
      parse: adding(find(client, 'responses.parse'), { text: textFormat }),
      helper: final(find(client, 'responses.stream'), 'finalResponse'),
    },
    {
      name: 'completions',
      provider: 'openai',
      operation: 'text_completion',
      // $1.50 and $2 a million tokens.
      model: 'gpt-3.5-turbo-instruct@in=1000,out=50',
      usage: { input: 1000, output: 50, cacheRead: 0, cacheWrite: 0, reasoning: 0, costUsd: 0.0016 },
      params: { prompt: 'Say hello' },
      create: completions,
      stream: adding(completions, { stream: true }),
    },
    {
      name: 'embeddings',
      provider: 'openai',
      operation: 'embeddings',
      // $0.02 a million tokens.
      model: 'text-embedding-3-small@in=300',
      usage: { input: 300, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, costUsd: 0.000006 },
      params: { input: ['one', 'two'] },
      create: find(client, 'embeddings.create'),
    },
  ]);
}

export function anthropicSurfaces(server: Provider): Surfaces {
  const client = new Anthropic({ apiKey: 'test', baseURL: server.anthropicUrl, maxRetries: 0 });
  const messages = find(client, 'messages.create');
  const betaMessages = find(client, 'beta.messages.create');
  // Sonnet 4.5: $3 and $15 a million tokens, $0.30 read, $3.75 and $6 written for 5 minutes and an hour.
  const common = {
    provider: 'anthropic' as const,
    operation: 'chat',
    model: 'claude-sonnet-4-5@in=10,read=30,write5m=20,write1h=5,out=7',
    usage: { input: 65, output: 7, cacheRead: 30, cacheWrite: 25, reasoning: 0, costUsd: 0.000249 },
    params: { max_tokens: 100, messages: [hello] },
  };
  return present([
    {
      ...common,
      name: 'messages',
      create: messages,
      stream: adding(messages, { stream: true }),
      parse: adding(find(client, 'messages.parse'), {
        output_config: { format: { type: 'json_schema', schema } },
      }),
      helper: final(find(client, 'messages.stream'), 'finalMessage'),
    },
    {
      ...common,
      name: 'beta.messages',
      create: betaMessages,
      stream: adding(betaMessages, { stream: true }),
      helper: final(find(client, 'beta.messages.stream'), 'finalMessage'),
    },
  ]);
}
