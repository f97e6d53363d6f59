import type OpenAI from 'openai';
import { numberAt, objectAt } from '../json.ts';
import { type Reply, replyTo } from '../reply.ts';
import type { Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { SERVER_ERROR_MESSAGE } from './dialect.ts';
import { chatUsage, serviceTierOf } from './usage.ts';

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type Choice = OpenAI.Chat.Completions.ChatCompletionChunk.Choice;
type Delta = OpenAI.Chat.Completions.ChatCompletionChunk.Choice.Delta;
type Frame = Pick<Completion, 'id' | 'created' | 'model'> & {
  service_tier: 'default' | 'flex' | 'priority';
  system_fingerprint: string;
};

export const chat: Endpoint = {
  name: 'chat.completions',
  kind: 'chat',
  answer(request) {
    const reply = replyTo(request);
    const usage = chatUsage(request.counts);
    const frame: Frame = {
      id: request.id('chatcmpl-', 29),
      created: request.created,
      model: request.model,
      service_tier: serviceTierOf(request),
      system_fingerprint: 'fp_51db84afab',
    };
    const toolId = request.id('call_');
    return {
      usage,
      serviceTier: frame.service_tier,
      body: () => completion(request, frame, reply, toolId, usage),
      stream: {
        parts: () => chunks(request, frame, reply, toolId, usage),
        error: streamError,
      },
    };
  },
};

/** The form in which chat and legacy completions report an error inside a stream. */
export function streamError(): StreamPart {
  const error = { message: SERVER_ERROR_MESSAGE, type: 'server_error', param: null, code: null };
  return { data: { error }, kind: 'frame' };
}

/** Usage goes into a stream only when the request asks for it; undefined keys are not sent. */
export function wantsUsage(request: GenerationRequest): boolean {
  return objectAt(request.body, 'stream_options')?.include_usage === true;
}

function choiceIndexes(request: GenerationRequest): number[] {
  return Array.from({ length: numberAt(request.body, 'n') ?? 1 }, (_, index) => index);
}

function completion(
  request: GenerationRequest,
  frame: Frame,
  { tool, text }: Reply,
  toolId: string,
  usage: OpenAI.Completions.CompletionUsage,
): Completion {
  const called = tool && {
    id: toolId,
    type: 'function' as const,
    function: { name: tool.name, arguments: text },
  };
  return {
    ...frame,
    object: 'chat.completion',
    choices: choiceIndexes(request).map((index) => ({
      index,
      message: {
        role: 'assistant',
        content: called ? null : text,
        ...(called && { tool_calls: [called] }),
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: called ? 'tool_calls' : 'stop',
      ...(request.azure && { content_filter_results: {} }),
    })),
    usage,
    ...(request.azure && { prompt_filter_results: promptFilterResults }),
  };
}

function* chunks(
  request: GenerationRequest,
  frame: Frame,
  { tool, pieces }: Reply,
  toolId: string,
  usage: OpenAI.Completions.CompletionUsage,
): Generator<StreamPart> {
  const indexes = choiceIndexes(request);
  const last = indexes.length - 1;
  const withUsage = wantsUsage(request);
  const chunk = (choices: Choice[]): Chunk => ({
    ...frame,
    object: 'chat.completion.chunk',
    choices,
    ...(withUsage && { usage: null }),
  });
  const choice = (index: number, delta: Delta, finish_reason: Choice['finish_reason'] = null) =>
    chunk([{ index, delta, logprobs: null, finish_reason }]);

  if (request.azure) yield { data: promptFilterChunk, kind: 'frame' };
  for (const index of indexes) {
    const content = tool ? null : '';
    yield { data: choice(index, { role: 'assistant', content, refusal: null }), kind: 'block' };
    if (tool === undefined) continue;
    const call = {
      index: 0,
      id: toolId,
      type: 'function' as const,
      function: { name: tool.name, arguments: '' },
    };
    yield { data: choice(index, { tool_calls: [call] }), kind: 'block' };
  }
  for (const piece of pieces()) {
    const delta: Delta = tool
      ? { tool_calls: [{ index: 0, function: { arguments: piece } }] }
      : { content: piece };
    // Of several choices the last one's chunk counts, so that a fault strikes after a full round.
    for (const index of indexes) {
      yield { data: choice(index, delta), kind: index === last ? 'delta' : 'block' };
    }
  }
  for (const index of indexes) {
    const isEnd = index === last && !withUsage;
    yield { data: choice(index, {}, tool ? 'tool_calls' : 'stop'), kind: isEnd ? 'end' : 'block' };
  }
  if (withUsage) yield { data: { ...chunk([]), usage }, kind: 'end' };
  yield { data: '[DONE]', kind: 'frame' };
}

const promptFilterResults = [{ prompt_index: 0, content_filter_results: {} }];

/** Azure's content filter opens every stream with this chunk. */
const promptFilterChunk = {
  choices: [],
  created: 0,
  id: '',
  model: '',
  object: '',
  prompt_filter_results: promptFilterResults,
};
