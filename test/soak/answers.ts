/** An in-process `fetch` for both SDKs. The model's name says how the answer goes wrong. */
export async function answer(url: unknown, init: RequestInit = {}): Promise<Response> {
  const { signal } = init;
  signal?.throwIfAborted();
  const { model, stream } = JSON.parse(String(init.body)) as { model: string; stream?: boolean };
  const fault = model.split('@')[1];
  if (fault === 'refused') throw new TypeError('fetch failed');
  if (fault === 'status') return Response.json({ error: { message: 'no' } }, { status: 400 });
  if (fault === 'retry' && !new Headers(init.headers).get('x-stainless-retry-count')?.startsWith('1')) {
    return new Response('{}', { status: 500, headers: { 'retry-after-ms': '1', 'x-should-retry': 'true' } });
  }
  const path = new URL(String(url)).pathname;
  const kind = path.split('/').at(-1) ?? '';
  if (!stream) return new Response(fault === 'json' ? '{"id":' : bodies[kind], { headers: json });
  return new Response(eventStream(streams[kind] ?? [], fault, signal), { headers: sse });
}

const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };

function eventStream(events: readonly Uint8Array[], fault: string | undefined, signal?: AbortSignal | null) {
  let next = 0;
  let open = true;
  const stop = new AbortController();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const abort = () => {
          if (open) controller.error(signal?.reason);
          open = false;
        };
        signal?.addEventListener('abort', abort, { once: true, signal: stop.signal });
      },
      pull(controller) {
        if (next === 3 && fault === 'event') controller.enqueue(errorEvent);
        const event = events[next++];
        if (event && !(next === 4 && fault === 'cut')) return controller.enqueue(event);
        open = false;
        stop.abort();
        if (event) controller.error(new TypeError('terminated'));
        else controller.close();
      },
      cancel() {
        open = false;
        stop.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

const chatUsage = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  prompt_tokens_details: { cached_tokens: 400 },
};
const inputUsage = { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 };
const chat = { id: 'chatcmpl-1', created: 1, model: 'gpt-4.1-2025-04-14' };
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5' };
const response = { id: 'resp_1', object: 'response', model: 'gpt-4.1-2025-04-14', status: 'completed' };

const bodies: Readonly<Record<string, string>> = {
  completions: JSON.stringify({
    ...chat,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage: chatUsage,
  }),
  embeddings: JSON.stringify({ object: 'list', model: 'text-embedding-3-small', data: [], usage: chatUsage }),
  messages: JSON.stringify({ ...message, content: [{ type: 'text', text: 'Hello' }], usage: inputUsage }),
  responses: JSON.stringify({ ...response, output: [], usage: inputUsage }),
};

const bytes = (text: string) => new TextEncoder().encode(text);
const named = (event: { type: string; [key: string]: unknown }) =>
  bytes(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
const data = (event: object) => bytes(`data: ${JSON.stringify(event)}\n\n`);
const word = (index: number) => `word ${index} `;
const WORDS = [0, 1, 2, 3, 4, 5];

const errorEvent = bytes('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n');

const streams: Readonly<Record<string, readonly Uint8Array[]>> = {
  completions: [
    ...WORDS.map((index) =>
      data({
        ...chat,
        choices: [{ index: 0, delta: { content: word(index) }, finish_reason: null }],
        usage: null,
      }),
    ),
    data({ ...chat, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }),
    data({ ...chat, choices: [], usage: chatUsage }),
    bytes('data: [DONE]\n\n'),
  ],
  messages: [
    named({ type: 'message_start', message: { ...message, content: [], usage: inputUsage } }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...WORDS.map((index) =>
      named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: word(index) } }),
    ),
    named({ type: 'content_block_stop', index: 0 }),
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 200 } }),
    named({ type: 'message_stop' }),
  ],
  responses: [
    named({ type: 'response.created', response: { ...response, status: 'in_progress', output: [] } }),
    ...WORDS.map((index) => named({ type: 'response.output_text.delta', delta: word(index) })),
    named({ type: 'response.completed', response: { ...response, output: [], usage: inputUsage } }),
  ],
};
