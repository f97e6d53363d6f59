import type Anthropic from '@anthropic-ai/sdk';
import { RequestError } from '../errors.ts';
import { stringAt } from '../json.ts';
import type { Endpoint, GenerationRequest } from '../types.ts';

export type Usage = Anthropic.Usage | Anthropic.Beta.BetaUsage;

/** The totals of the call; `input_tokens` is without what was read from or written to the cache. */
export function messageUsage(request: GenerationRequest): Usage {
  const { counts, scenario, body } = request;
  const usage: Anthropic.Usage = {
    input_tokens: counts.input,
    cache_creation_input_tokens: counts.write5m + counts.write1h,
    cache_read_input_tokens: counts.read,
    cache_creation: {
      ephemeral_5m_input_tokens: counts.write5m,
      ephemeral_1h_input_tokens: counts.write1h,
    },
    output_tokens: counts.output,
    output_tokens_details: { thinking_tokens: counts.reasoning },
    server_tool_use:
      counts.searches > 0 ? { web_search_requests: counts.searches, web_fetch_requests: 0 } : null,
    service_tier: oneOf('service tier', ['standard', 'priority', 'batch'], scenario.tier ?? 'standard'),
    inference_geo: scenario.geo ?? stringAt(body, 'inference_geo') ?? 'global',
    speed: oneOf('speed', ['standard', 'fast'], scenario.speed ?? stringAt(body, 'speed') ?? 'standard'),
  };
  return request.beta ? { ...usage, iterations: null, fallback_credit: null } : usage;
}

/** What is known when the stream starts: the input, and the first tokens of the output. */
export function startUsage(usage: Usage): Usage {
  const output_tokens = Math.min(usage.output_tokens, 2);
  return { ...usage, output_tokens, output_tokens_details: null, server_tool_use: null };
}

/** `message_delta` has cumulative totals, but neither the cache's split nor tier, speed and region. */
export function deltaUsage(usage: Usage): Anthropic.MessageDeltaUsage {
  const { cache_creation, service_tier, inference_geo, speed, ...totals } = usage;
  return totals;
}

/** A path of tomorrow, called with the client's own `post()`. */
export const anthropicOther: Endpoint = {
  name: 'other',
  kind: 'other',
  answer(request) {
    const usage = messageUsage(request);
    return { usage, body: () => ({ id: request.id('obj_'), model: request.model, usage }) };
  },
};

function oneOf<const T extends string>(what: string, known: readonly T[], value: string): T {
  const found = known.find((item) => item === value);
  if (found === undefined) throw new RequestError(400, `"${value}" is no ${what} of Anthropic`);
  return found;
}
