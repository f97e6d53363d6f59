import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Provider } from './server.ts';

export const content = 'Say something';
export const messages = [{ role: 'user' as const, content }];

/** The real SDKs, pointed at a simulated provider, and short forms of the commonest calls. */
export function connect(provider: Provider) {
  const options = { apiKey: 'test', logLevel: 'off' as const };
  const openai = new OpenAI({ ...options, baseURL: provider.openaiUrl });
  const anthropic = new Anthropic({ ...options, baseURL: provider.anthropicUrl });
  return {
    openai,
    anthropic,
    chat: (model: string, more: object = {}) =>
      openai.chat.completions.create({ model, messages, ...more, stream: false }),
    chatStream: (model: string, more: object = {}) =>
      openai.chat.completions.create({ model, messages, ...more, stream: true }),
    responseStream: (model: string, more: object = {}) =>
      openai.responses.create({ model, input: content, ...more, stream: true }),
    message: (model: string, more: object = {}) =>
      anthropic.messages.create({ model, messages, max_tokens: 100, ...more, stream: false }),
    messageStream: (model: string, more: object = {}) =>
      anthropic.messages.create({ model, messages, max_tokens: 100, ...more, stream: true }),
  };
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

export function textOf(chunks: readonly OpenAI.Chat.Completions.ChatCompletionChunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}
