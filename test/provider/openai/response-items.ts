import type OpenAI from 'openai';
import type { Reply } from '../reply.ts';
import type { GenerationRequest } from '../types.ts';
import type { FinalStatus } from './response-run.ts';

type Item =
  | OpenAI.Responses.ResponseReasoningItem
  | OpenAI.Responses.ResponseFunctionWebSearch
  | OpenAI.Responses.ResponseFunctionToolCall
  | OpenAI.Responses.ResponseOutputMessage;

/** In the order the model makes them: thinking, searches, then a tool call or the text. */
export function outputItems(request: GenerationRequest, reply: Reply, status: FinalStatus): Item[] {
  const items: Item[] = [];
  if (request.counts.reasoning > 0) items.push({ id: request.id('rs_', 48), type: 'reasoning', summary: [] });
  for (let i = 0; i < request.counts.searches; i++) {
    items.push({
      id: request.id('ws_', 48),
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: `search ${i + 1}`, queries: [`search ${i + 1}`] },
    });
  }
  items.push(answerItem(request, reply, status === 'completed' ? 'completed' : 'incomplete'));
  return items;
}

function answerItem(
  request: GenerationRequest,
  { tool, text }: Reply,
  status: 'completed' | 'incomplete',
): Item {
  if (tool) {
    const call_id = request.id('call_');
    return {
      id: request.id('fc_', 48),
      type: 'function_call',
      status,
      arguments: text,
      call_id,
      name: tool.name,
    };
  }
  return {
    id: request.id('msg_', 48),
    type: 'message',
    status,
    content: [{ type: 'output_text', annotations: [], logprobs: [], text }],
    role: 'assistant',
  };
}
