import { fieldsOf, text } from '../fields.ts';
import type { Attributes, Endpoint, Params, RequestFacts, ResponseFacts } from '../types.ts';
import { messageStream } from './stream.ts';
import { readAnthropicUsage } from './usage.ts';

function request(params: Params): RequestFacts {
  return { model: text(params.model), user: text(fieldsOf(params.metadata).user_id) };
}

function requestAttributes(params: Params): Attributes {
  const number = (name: string) => (typeof params[name] === 'number' ? params[name] : undefined);
  return {
    'gen_ai.request.max_tokens': number('max_tokens'),
    'gen_ai.request.temperature': number('temperature'),
    'gen_ai.request.top_p': number('top_p'),
    'gen_ai.request.top_k': number('top_k'),
    'gen_ai.request.reasoning.level': text(fieldsOf(params.output_config).effort),
  };
}

function message(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  const stopReason = text(fields.stop_reason);
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: stopReason === undefined ? [] : [stopReason],
    usage: readAnthropicUsage(rawUsage),
    rawUsage,
  };
}

export const endpoints: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/v1/messages',
    operation: 'chat',
    request,
    requestAttributes,
    response: message,
    stream: () => messageStream(message),
  },
];
