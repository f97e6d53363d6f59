import type Anthropic from '@anthropic-ai/sdk';
import { RequestError } from '../errors.ts';
import { numberAt } from '../json.ts';
import { replyTo } from '../reply.ts';
import type { Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { type Block, blockEvents, contentBlocks } from './blocks.ts';
import type { Threads } from './threads.ts';
import { deltaUsage, messageUsage, startUsage, type Usage } from './usage.ts';

export function createMessages(threads: Threads): Endpoint {
  return {
    name: 'messages',
    kind: 'messages',
    answer(request) {
      if (numberAt(request.body, 'max_tokens') === undefined) {
        throw new RequestError(400, 'max_tokens: Field required');
      }
      const { beta } = request;
      const usage = messageUsage(request);
      const blocks = contentBlocks(request, replyTo(request));
      const message = wholeMessage(request, blocks, usage);
      threads.record(request.body, message.id, message.content);
      return {
        usage,
        ...(usage.service_tier && { serviceTier: usage.service_tier }),
        body: () => (beta ? { ...message, context_management: null } : message),
        stream: { parts: () => messageEvents(message, blocks, usage, beta), error: overloaded },
      };
    },
  };
}

export const countMessageTokens: Endpoint = {
  name: 'messages.count_tokens',
  kind: 'messages',
  answer(request) {
    const { input, read, write5m, write1h } = request.counts;
    const count: Anthropic.MessageTokensCount = { input_tokens: input + read + write5m + write1h };
    return { body: () => (request.beta ? { ...count, context_management: null } : count) };
  },
};

function wholeMessage(request: GenerationRequest, blocks: readonly Block[], usage: Usage): Anthropic.Message {
  const content = blocks.map((block) => block.whole);
  return {
    model: request.model,
    id: request.id('msg_01', 22),
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage,
  };
}

function* messageEvents(
  message: Anthropic.Message,
  blocks: readonly Block[],
  usage: Usage,
  beta: boolean,
): Generator<StreamPart> {
  const extra = beta ? { context_management: null } : {};
  const { stop_reason, stop_sequence, stop_details, container } = message;
  const start: Anthropic.RawMessageStartEvent = {
    type: 'message_start',
    message: { ...message, content: [], stop_reason: null, usage: startUsage(usage) },
  };
  const delta: Anthropic.RawMessageDeltaEvent = {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence, stop_details, container },
    usage: deltaUsage(usage),
  };
  yield {
    event: 'message_start',
    data: { ...start, message: { ...start.message, ...extra } },
    kind: 'frame',
  };
  yield* blockEvents(blocks);
  yield { event: 'message_delta', data: { ...delta, ...extra }, kind: 'end' };
  yield { event: 'message_stop', data: { type: 'message_stop' }, kind: 'frame' };
}

export function overloaded(): StreamPart {
  const error = { details: null, type: 'overloaded_error', message: 'Overloaded' };
  return { event: 'error', data: { type: 'error', error }, kind: 'frame' };
}
