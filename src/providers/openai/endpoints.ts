import { type Fields, fieldsOf, text, textsOf } from '../fields.ts';
import type { Attributes, Endpoint, Params, RequestFacts, ResponseFacts } from '../types.ts';
import { askForUsage, chatStream, responseStream } from './stream.ts';
import { readOpenAIUsage } from './usage.ts';

function request(params: Params): RequestFacts {
  return {
    model: text(params.model),
    user: text(params.safety_identifier) ?? text(params.user) ?? text(fieldsOf(params.metadata).user_id),
  };
}

function requestAttributes(params: Params): Attributes {
  const stop = params.stop;
  return {
    'gen_ai.request.max_tokens': number(
      params.max_completion_tokens ?? params.max_output_tokens ?? params.max_tokens,
    ),
    'gen_ai.request.temperature': number(params.temperature),
    'gen_ai.request.top_p': number(params.top_p),
    'gen_ai.request.frequency_penalty': number(params.frequency_penalty),
    'gen_ai.request.presence_penalty': number(params.presence_penalty),
    'gen_ai.request.seed': number(params.seed),
    'gen_ai.request.choice.count': params.n === 1 ? undefined : number(params.n),
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : texts(stop),
    'gen_ai.request.reasoning.level':
      text(params.reasoning_effort) ?? text(fieldsOf(params.reasoning).effort),
    'openai.request.service_tier': text(params.service_tier),
  };
}

function responseAttributes(fields: Fields): Attributes {
  return {
    'openai.response.service_tier': text(fields.service_tier),
    'openai.response.system_fingerprint': text(fields.system_fingerprint),
  };
}

function texts(values: unknown): string[] | undefined {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Chat completions, legacy completions and embeddings share `id`, `model`, `choices` and `usage`. */
function completion(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: textsOf(fields.choices, 'finish_reason'),
    usage: readOpenAIUsage(rawUsage, { serviceTier: fields.service_tier }),
    rawUsage,
    attributes: responseAttributes(fields),
  };
}

/** A `Response`, also as the last event of a stream carries it. */
function response(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  const status = text(fields.status);
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: status === undefined ? [] : [text(fieldsOf(fields.incomplete_details).reason) ?? status],
    usage: readOpenAIUsage(rawUsage, {
      serviceTier: fields.service_tier,
      serverTools: serverTools(fields.output),
    }),
    rawUsage,
    attributes: responseAttributes(fields),
    errorType: status === 'failed' ? (text(fieldsOf(fields.error).code) ?? 'response_failed') : undefined,
  };
}

/** Calls of hosted tools that are charged by the call. */
function serverTools(output: unknown): Record<string, number> {
  const calls: Record<string, number> = {};
  if (!Array.isArray(output)) return calls;
  for (const item of output) {
    const { type, action } = fieldsOf(item);
    // Opening a found page or looking for text in it is no search, and free.
    const isSearch = type === 'web_search_call' && (fieldsOf(action).type ?? 'search') === 'search';
    if (isSearch) calls.web_search = (calls.web_search ?? 0) + 1;
  }
  return calls;
}

export const endpoints: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/chat/completions',
    operation: 'chat',
    request,
    requestAttributes: (params) => ({ 'openai.api.type': 'chat_completions', ...requestAttributes(params) }),
    response: completion,
    stream: () => chatStream(completion),
    askForUsage,
  },
  {
    method: 'post',
    path: '/responses',
    operation: 'chat',
    request,
    requestAttributes: (params) => ({ 'openai.api.type': 'responses', ...requestAttributes(params) }),
    response,
    stream: () => responseStream(response),
  },
  {
    method: 'post',
    path: '/completions',
    operation: 'text_completion',
    request,
    requestAttributes,
    response: completion,
    stream: () => chatStream(completion),
    askForUsage,
  },
  { method: 'post', path: '/embeddings', operation: 'embeddings', request, response: completion },
];
