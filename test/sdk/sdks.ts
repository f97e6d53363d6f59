import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

export type Fetch = () => Promise<Response>;

export const json = { 'content-type': 'application/json' };
export const body = JSON.stringify({
  id: 'x',
  model: 'gpt-4.1',
  choices: [],
  content: [],
  usage: { prompt_tokens: 1, completion_tokens: 1, input_tokens: 1, output_tokens: 1 },
});
export interface Sdk {
  readonly name: string;
  readonly client: unknown;
  call(fetch: Fetch, stream?: boolean): Promise<unknown> & { asResponse(): Promise<Response> };
}

const messages = [{ role: 'user' as const, content: 'Hello' }];
export const sdks: readonly Sdk[] = [
  {
    name: 'openai',
    client: OpenAI,
    call: (fetch, stream = false) =>
      new OpenAI({ apiKey: 'test', fetch, maxRetries: 0 }).chat.completions.create({
        model: 'gpt-4.1',
        messages,
        stream,
        ...(stream && { stream_options: { include_usage: true } }),
      }),
  },
  {
    name: '@anthropic-ai/sdk',
    client: Anthropic,
    call: (fetch, stream = false) =>
      new Anthropic({ apiKey: 'test', fetch, maxRetries: 0 }).messages.create({
        model: 'claude-sonnet-5',
        max_tokens: 9,
        messages,
        stream,
      }),
  },
];

/** A response whose body needs no turn of the event loop beyond microtasks. */
export function instant(text: string, headers: Record<string, string> = json, status = 200): Fetch {
  return async () => {
    const response = new Response(null, { status, headers });
    return Object.assign(response, { text: async () => text, json: async () => JSON.parse(text) });
  };
}
