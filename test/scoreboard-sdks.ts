import type { Setup } from './support/setup.ts';

export interface Stream extends AsyncIterable<unknown> {
  tee(): [Stream, Stream];
}

export interface Promised<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response }>;
}

interface Answer {
  readonly usage?: unknown;
  /** Where text is, by SDK. */
  readonly choices?: unknown;
  readonly content?: unknown;
  readonly output?: unknown;
}

/** What the scoreboard needs of an SDK. Directives are for the simulated provider. */
export interface Sdk {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic';
  readonly usage: { readonly input: number; readonly output: number; readonly costUsd: number };
  create(directives?: string): Promised<Answer>;
  stream(directives?: string): Promised<Stream>;
  /** A model that no price is known of. */
  unpriced(): Promise<unknown>;
  parse(): Promise<unknown>;
  /** The text that the `.stream()` helper ends with. */
  helper(): Promise<unknown>;
  /** The text in an event of a stream. */
  textOf(event: never): string;
}

const content = 'Say hello';
const messages = [{ role: 'user' as const, content }];
const schema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};
const format = { type: 'json_schema' as const, name: 'answer', strict: true, schema };

// gpt-4.1 costs $2 a million tokens, $0.50 where cached, and $8 for output.
const ofGpt = { input: 1000, output: 50, costUsd: 0.0018 };
const gpt = (directives: string) => `gpt-4.1@in=1000,cached=400,out=50${directives}`;

export function chat({ openai }: Setup): Sdk {
  const { completions } = openai.chat;
  const request = (directives = '') => ({ model: gpt(directives), messages });
  return {
    name: 'openai, chat',
    provider: 'openai',
    usage: ofGpt,
    create: (directives) => completions.create(request(directives)) as Promised<Answer>,
    stream: (directives) => completions.create({ ...request(directives), stream: true }) as never,
    unpriced: () => completions.create({ model: 'llama-9', messages }),
    async parse() {
      const { choices } = await completions.parse({
        ...request(),
        response_format: { type: 'json_schema', json_schema: format },
      });
      return choices[0]?.message.parsed;
    },
    async helper() {
      return (await completions.stream(request()).finalChatCompletion()).choices[0]?.message.content;
    },
    textOf: ({ choices }: { choices: { delta?: { content?: string } }[] }) =>
      choices[0]?.delta?.content ?? '',
  };
}

export function responses({ openai }: Setup): Sdk {
  const request = (directives = '') => ({ model: gpt(directives), input: content });
  return {
    name: 'openai, responses',
    provider: 'openai',
    usage: ofGpt,
    create: (directives) => openai.responses.create(request(directives)) as Promised<Answer>,
    stream: (directives) => openai.responses.create({ ...request(directives), stream: true }) as never,
    unpriced: () => openai.responses.create({ model: 'llama-9', input: content }),
    async parse() {
      return (await openai.responses.parse({ ...request(), text: { format } })).output_parsed;
    },
    helper: async () => (await openai.responses.stream(request()).finalResponse()).output_text,
    textOf: ({ type, delta }: { type: string; delta?: string }) =>
      type === 'response.output_text.delta' ? (delta ?? '') : '',
  };
}

export function claude({ anthropic }: Setup): Sdk {
  const common = { max_tokens: 100, messages };
  const request = (directives = '') => ({
    model: `claude-sonnet-5@in=10,read=30,write5m=20,out=7${directives}`,
    ...common,
  });
  return {
    name: 'anthropic',
    provider: 'anthropic',
    // $2 a million tokens, $0.20 read from the cache, $2.50 written to it for 5 minutes, $10 for output.
    usage: { input: 60, output: 7, costUsd: 0.000146 },
    create: (directives) => anthropic.messages.create(request(directives)) as Promised<Answer>,
    stream: (directives) => anthropic.messages.create({ ...request(directives), stream: true }) as never,
    unpriced: () => anthropic.messages.create({ model: 'llama-9', ...common }),
    async parse() {
      const output_config = { format: { type: 'json_schema' as const, schema } };
      return (await anthropic.messages.parse({ ...request(), output_config })).parsed_output;
    },
    helper: () => anthropic.messages.stream(request()).finalText(),
    textOf: ({ delta }: { delta?: { text?: string } }) => delta?.text ?? '',
  };
}
