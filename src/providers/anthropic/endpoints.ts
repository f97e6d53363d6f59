import type { Client } from '../../sdk/types.ts';
import { fieldsOf, text } from '../fields.ts';
import type { Attributes, Endpoint, Params, RequestFacts } from '../types.ts';
import { most } from './most.ts';
import { message } from './response.ts';
import { messageStream } from './stream.ts';
import { regionOf } from './vendor.ts';

function request(params: Params, client: Client): RequestFacts {
  return {
    model: text(params.model),
    user: text(fieldsOf(params.metadata).user_id),
    region: regionOf(client),
  };
}

function requestAttributes(params: Params): Attributes {
  const number = (name: string) => (typeof params[name] === 'number' ? params[name] : undefined);
  return {
    'gen_ai.request.max_tokens': number('max_tokens') ?? number('max_tokens_to_sample'),
    'gen_ai.request.temperature': number('temperature'),
    'gen_ai.request.top_p': number('top_p'),
    'gen_ai.request.top_k': number('top_k'),
    'gen_ai.request.reasoning.level': text(fieldsOf(params.output_config).effort),
  };
}

const shared = { method: 'post', request, requestAttributes, response: message, most } as const;

export const endpoints: readonly Endpoint[] = [
  {
    ...shared,
    path: '/v1/messages',
    operation: 'chat',
    prompt: ({ system, messages, tools }) => [system, messages, tools],
    stream: (params) => messageStream((body) => message(body, params)),
  },
  // The legacy completions never say what they used.
  {
    ...shared,
    path: '/v1/complete',
    operation: 'text_completion',
    prompt: ({ prompt }) => [prompt],
    stream: (params) => messageStream((body) => message(body, params)),
  },
];

/** Requests that only keep, look up, count or change things. */
const FREE =
  /^\/v1\/(?:agents|deployments(?!\/[^/]+\/run$)|dreams(?=\/)|environments|files|memory_stores|messages\/(?:batches|count_tokens)|models|organizations|sessions\/[^/]+(?=$|\/(?!events))|skills|tunnels|user_profiles|vaults|webhooks)(?:\/|$)/;

export const isFree = (path: string): boolean => FREE.test(path);
