import type OpenAI from 'openai';
import { RequestError } from '../errors.ts';
import { stringAt } from '../json.ts';
import type { Counts } from '../tokens.ts';
import type { GenerationRequest } from '../types.ts';

export function chatUsage(counts: Counts): OpenAI.Completions.CompletionUsage {
  return {
    prompt_tokens: counts.input,
    completion_tokens: counts.output,
    total_tokens: counts.input + counts.output,
    prompt_tokens_details: {
      cached_tokens: counts.cached,
      audio_tokens: counts.audioInput,
      cache_write_tokens: counts.written,
    },
    completion_tokens_details: {
      reasoning_tokens: counts.reasoning,
      audio_tokens: counts.audioOutput,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function responseUsage(counts: Counts): OpenAI.Responses.ResponseUsage {
  return {
    input_tokens: counts.input,
    input_tokens_details: { cached_tokens: counts.cached, cache_write_tokens: counts.written },
    output_tokens: counts.output,
    output_tokens_details: { reasoning_tokens: counts.reasoning },
    total_tokens: counts.input + counts.output,
  };
}

type ServiceTier = 'default' | 'flex' | 'priority';

const tiers: Readonly<Record<string, ServiceTier>> = {
  auto: 'default',
  default: 'default',
  standard: 'default',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
};

/** The tier the call was served on: what the scenario says, else what was asked for. */
export function serviceTierOf({ body, scenario }: GenerationRequest): ServiceTier {
  const asked = scenario.tier ?? stringAt(body, 'service_tier') ?? 'auto';
  const tier = tiers[asked];
  if (tier === undefined) throw new RequestError(400, `"${asked}" is no service tier of OpenAI`);
  return tier;
}
