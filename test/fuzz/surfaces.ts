/** The calls of both SDKs that are fuzzed. */
import Anthropic from '@anthropic-ai/sdk';
import type { TracerProvider } from '@opentelemetry/api';
import OpenAI from 'openai';
import type { Kind } from './templates.ts';

export interface ApiPromise<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response; request_id?: string | null | undefined }>;
}

export interface EventStream extends AsyncIterable<unknown> {
  controller: AbortController;
  tee(): [EventStream, EventStream];
  toReadableStream(): ReadableStream;
}

/** What `.stream()` gives: it has read for itself by the time the app does. */
export interface Helper extends AsyncIterable<unknown> {
  abort(): void;
  done(): Promise<void>;
}

export interface Options {
  readonly signal?: AbortSignal;
  readonly maxRetries?: number;
}

/** The methods that one surface has, on a client of its own. */
export interface Methods {
  create(params: object, options: Options): ApiPromise<unknown>;
  stream?(params: object, options: Options): ApiPromise<EventStream>;
  parse?(params: object, options: Options): Promise<unknown>;
  helper?(params: object, options: Options): Helper;
  /** The final value of a helper. */
  final?(helper: Helper): Promise<unknown>;
}

export interface Connection {
  readonly fetch: typeof fetch;
  readonly baseURL?: string;
  /** For the spans that Anthropic's SDK makes itself. */
  readonly nativeSpans: TracerProvider | undefined;
}

export interface Surface {
  readonly name: string;
  readonly kind: Kind;
  readonly sdk: 'openai' | 'anthropic';
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Usage comes on a stream only when the request asks for it. */
  readonly asksForUsage: boolean;
  connect(connection: Connection): Methods;
}

const hello = [{ role: 'user', content: 'Say hello 👋' }];
const schema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};
const chatFormat = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
const textFormat = { format: { type: 'json_schema', name: 'answer', strict: true, schema } };

// The SDKs' parameter types know more than these cases: they are called with what is on the wire.
type Loose = (params: object, options?: object) => never;
const loose = (target: object, method: string): Loose =>
  ((params, options) => Reflect.apply(Reflect.get(target, method), target, [params, options])) as Loose;
const streaming = (target: object) => (params: object, options: object) =>
  loose(target, 'create')({ ...params, stream: true }, options);
const finalOf = (name: string) => (helper: Helper) =>
  Reflect.apply(Reflect.get(helper, name), helper, []) as Promise<unknown>;

const quiet = { apiKey: 'test', logLevel: 'off', maxRetries: 0 } as const;
const openai = ({ fetch, baseURL }: Connection) =>
  new OpenAI({ ...quiet, fetch, ...(baseURL !== undefined && { baseURL: `${baseURL}/v1` }) });
const anthropic = ({ fetch, baseURL, nativeSpans }: Connection) =>
  new Anthropic({
    ...quiet,
    fetch,
    ...(baseURL !== undefined && { baseURL }),
    openTelemetry: nativeSpans ? { tracerProvider: nativeSpans } : false,
  });

export const surfaces: readonly Surface[] = [
  {
    name: 'chat.completions',
    kind: 'chat',
    sdk: 'openai',
    model: 'gpt-4.1',
    params: { messages: hello },
    asksForUsage: true,
    connect(connection) {
      const { completions } = openai(connection).chat;
      return {
        create: loose(completions, 'create'),
        stream: streaming(completions),
        parse: (params, options) =>
          loose(completions, 'parse')({ ...params, response_format: chatFormat }, options),
        helper: loose(completions, 'stream'),
        final: finalOf('finalChatCompletion'),
      };
    },
  },
  {
    name: 'responses',
    kind: 'responses',
    sdk: 'openai',
    model: 'gpt-4.1',
    params: { input: 'Say hello 👋' },
    asksForUsage: false,
    connect(connection) {
      const { responses } = openai(connection);
      return {
        create: loose(responses, 'create'),
        stream: streaming(responses),
        parse: (params, options) => loose(responses, 'parse')({ ...params, text: textFormat }, options),
        helper: loose(responses, 'stream'),
        final: finalOf('finalResponse'),
      };
    },
  },
  {
    name: 'completions',
    kind: 'completions',
    sdk: 'openai',
    model: 'gpt-3.5-turbo-instruct',
    params: { prompt: 'Say hello' },
    asksForUsage: true,
    connect(connection) {
      const { completions } = openai(connection);
      return { create: loose(completions, 'create'), stream: streaming(completions) };
    },
  },
  {
    name: 'embeddings',
    kind: 'embeddings',
    sdk: 'openai',
    model: 'text-embedding-3-small',
    params: { input: ['one', 'two'] },
    asksForUsage: false,
    connect: (connection) => ({ create: loose(openai(connection).embeddings, 'create') }),
  },
  {
    name: 'messages',
    kind: 'messages',
    sdk: 'anthropic',
    model: 'claude-sonnet-5',
    params: { max_tokens: 100, messages: hello },
    asksForUsage: false,
    connect(connection) {
      const { messages } = anthropic(connection);
      const output = { output_config: { format: { type: 'json_schema', schema } } };
      return {
        create: loose(messages, 'create'),
        stream: streaming(messages),
        parse: (params, options) => loose(messages, 'parse')({ ...params, ...output }, options),
        helper: loose(messages, 'stream'),
        final: finalOf('finalMessage'),
      };
    },
  },
  {
    name: 'beta.messages',
    kind: 'messages',
    sdk: 'anthropic',
    model: 'claude-sonnet-5',
    params: { max_tokens: 100, messages: hello, betas: ['odd-1'] },
    asksForUsage: false,
    connect(connection) {
      const { messages } = anthropic(connection).beta;
      const output = { output_format: { type: 'json_schema', schema } };
      return {
        create: loose(messages, 'create'),
        stream: streaming(messages),
        parse: (params, options) => loose(messages, 'parse')({ ...params, ...output }, options),
        helper: loose(messages, 'stream'),
        final: finalOf('finalMessage'),
      };
    },
  },
];
