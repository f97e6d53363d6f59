import type { Client } from '../../sdk/types.ts';
import { fieldsOf, text } from '../fields.ts';
import type { Attributes, Params, RequestFacts } from '../types.ts';

/** What all requests share. An Azure client's deployment decides the model, whatever the request says. */
export function request(params: Params, client: Client): RequestFacts {
  return {
    model: text((client as { deploymentName?: unknown }).deploymentName) ?? text(params.model),
    user: text(params.safety_identifier) ?? text(params.user) ?? text(fieldsOf(params.metadata).user_id),
  };
}

export function requestAttributes(params: Params): Attributes {
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

/** What the model reads, of any endpoint. */
export function prompt({ messages, input, instructions, prompt, suffix, tools }: Params): unknown {
  return [messages, input, instructions, prompt, suffix, tools];
}

function texts(values: unknown): string[] | undefined {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
