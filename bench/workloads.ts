/** Calls through the real SDKs whose answers come from an in-process `fetch`: what is left is CPU time. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

export interface Workload {
  readonly name: string;
  readonly sdk: 'openai' | 'anthropic';
  /** Events of the stream that the app sees; 0 for a plain call. */
  readonly chunks: number;
  run(): Promise<unknown>;
}

const CHUNKS = 200;

export const sdks: readonly unknown[] = [OpenAI, Anthropic];

export function workloads(): Workload[] {
  const openai = new OpenAI({ apiKey: 'bench', fetch: answer });
  const anthropic = new Anthropic({ apiKey: 'bench', fetch: answer });
  const chat = { model: 'gpt-4.1', messages: [{ role: 'user' as const, content: 'Hello' }], user: 'u_42' };
  const message = {
    model: 'claude-sonnet-5',
    max_tokens: 100,
    messages: chat.messages,
    metadata: { user_id: 'u_42' },
  };
  const withUsage = { ...chat, stream: true as const, stream_options: { include_usage: true } };
  return [
    { name: 'OpenAI chat call', sdk: 'openai', chunks: 0, run: () => openai.chat.completions.create(chat) },
    {
      name: 'Anthropic message call',
      sdk: 'anthropic',
      chunks: 0,
      run: () => anthropic.messages.create(message),
    },
    {
      name: 'OpenAI chat stream that asks for usage',
      sdk: 'openai',
      chunks: CHUNKS,
      run: async () => drain(await openai.chat.completions.create(withUsage)),
    },
    {
      name: 'OpenAI chat stream, usage added and hidden',
      sdk: 'openai',
      chunks: CHUNKS,
      run: async () => drain(await openai.chat.completions.create({ ...chat, stream: true })),
    },
    {
      name: 'Anthropic message stream',
      sdk: 'anthropic',
      chunks: CHUNKS,
      run: async () => drain(await anthropic.messages.create({ ...message, stream: true })),
    },
  ];
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let events = 0;
  for await (const _ of stream) events++;
  return events;
}

const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };

/** The body is made once; each answer is a new Response over it, in one piece. */
async function answer(url: unknown, init?: { body?: unknown }): Promise<Response> {
  const streamed = String(init?.body).includes('"stream":true');
  const isChat = String(url).includes('/chat/completions');
  if (isChat) return streamed ? respond(chatEvents, sse) : respond(chatBody, json);
  return streamed ? respond(messageEvents, sse) : respond(messageBody, json);
}

const respond = (body: string, headers: Record<string, string>) => new Response(body, { headers });

const chatUsage = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  prompt_tokens_details: { cached_tokens: 400, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};
const chatHead = { id: 'chatcmpl-1', created: 1, model: 'gpt-4.1-2025-04-14', service_tier: 'default' };
const chatBody = JSON.stringify({
  ...chatHead,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi'.repeat(400) }, finish_reason: 'stop' }],
  usage: chatUsage,
});
const chatChunk = (choices: unknown[], usage: unknown = null) =>
  `data: ${JSON.stringify({ ...chatHead, object: 'chat.completion.chunk', choices, usage })}\n\n`;
const chatEvents = [
  ...Array.from({ length: CHUNKS - 1 }, () =>
    chatChunk([{ index: 0, delta: { content: 'word ' }, finish_reason: null }]),
  ),
  chatChunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  chatChunk([], chatUsage),
  'data: [DONE]\n\n',
].join('');

const messageUsage = {
  input_tokens: 600,
  cache_read_input_tokens: 400,
  cache_creation_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 200,
  service_tier: 'standard',
};
const messageHead = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5' };
const messageBody = JSON.stringify({
  ...messageHead,
  content: [{ type: 'text', text: 'Hi'.repeat(400) }],
  stop_reason: 'end_turn',
  usage: messageUsage,
});
const messageEvent = (event: { type: string; [key: string]: unknown }) =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const messageEvents = [
  messageEvent({ type: 'message_start', message: { ...messageHead, content: [], usage: messageUsage } }),
  messageEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...Array.from({ length: CHUNKS - 5 }, () =>
    messageEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'word ' } }),
  ),
  messageEvent({ type: 'content_block_stop', index: 0 }),
  messageEvent({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 200 } }),
  messageEvent({ type: 'message_stop' }),
].join('');
