/** What apps do with both SDKs, in turn: plain, streamed, broken, refused, left early. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { answer } from './answers.ts';

export type Use = () => Promise<unknown>;

const options = { apiKey: 'soak', fetch: answer, maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI(options);
const anthropic = new Anthropic(options);
const messages = [{ role: 'user' as const, content: 'Hello' }];

const chat = (fault = '') => ({ model: `gpt-4.1${fault}`, messages });
const message = (fault = '') => ({ model: `claude-sonnet-5${fault}`, messages, max_tokens: 9 });
const stream = true as const;
const aborted = AbortSignal.abort();

const all: Record<string, Use> = {
  'chat call': () => openai.chat.completions.create(chat()),
  'message call': () => anthropic.messages.create(message()),
  response: () => openai.responses.create({ model: 'gpt-4.1', input: 'Hello' }),
  embedding: () => openai.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' }),
  'chat stream': async () => drain(await openai.chat.completions.create({ ...chat(), stream })),
  'message stream': async () => drain(await anthropic.messages.create({ ...message(), stream })),
  'response stream': async () =>
    drain(await openai.responses.create({ model: 'gpt-4.1', input: 'Hello', stream })),
  'chat helper': () => openai.chat.completions.stream(chat()).finalChatCompletion(),
  'message helper': () => anthropic.messages.stream(message()).finalMessage(),
  raw: async () => (await openai.chat.completions.create(chat()).asResponse()).json(),
  withResponse: () => anthropic.messages.create(message()).withResponse(),
  tee: async () => {
    const [left, right] = (await openai.chat.completions.create({ ...chat(), stream })).tee();
    await Promise.all([drain(left), drain(right)]);
  },
  'chat break': async () => leave(await openai.chat.completions.create({ ...chat(), stream })),
  'message break': async () => leave(await anthropic.messages.create({ ...message(), stream })),
  'chat abort': async () => abort(await openai.chat.completions.create({ ...chat(), stream })),
  'message abort': async () => abort(await anthropic.messages.create({ ...message(), stream })),
  'signal aborted': () => openai.chat.completions.create(chat(), { signal: aborted }),
  'chat refused': () => openai.chat.completions.create(chat('@refused')),
  'chat error': () => openai.chat.completions.create(chat('@status')),
  'message error': () => anthropic.messages.create(message('@status')),
  'chat retry': () => openai.chat.completions.create(chat('@retry'), { maxRetries: 1 }),
  'bad JSON': () => openai.chat.completions.create(chat('@json')),
  'chat error event': async () => drain(await openai.chat.completions.create({ ...chat('@event'), stream })),
  'message error event': async () => drain(await anthropic.messages.create({ ...message('@event'), stream })),
  'message cut': async () => drain(await anthropic.messages.create({ ...message('@cut'), stream })),
};

export const uses: readonly Use[] = Object.values(all);

/** Streams whose app takes some events and forgets the rest. */
export const abandoned: readonly Use[] = [
  async () => forget(await openai.chat.completions.create({ ...chat(), stream })),
  async () => forget(await anthropic.messages.create({ ...message(), stream })),
];

interface Abortable extends AsyncIterable<unknown> {
  readonly controller: AbortController;
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

async function leave(events: AsyncIterable<unknown>): Promise<void> {
  let count = 0;
  for await (const _ of events) if (++count === 3) break;
}

async function abort(events: Abortable): Promise<void> {
  let count = 0;
  for await (const _ of events) if (++count === 3) events.controller.abort();
}

async function forget(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count++) await iterator.next();
}
