import type OpenAI from 'openai';
import { RequestError } from '../errors.ts';
import { stringAt } from '../json.ts';
import type { Scenario } from '../scenarios.ts';
import type { Counts } from '../tokens.ts';
import type { Endpoint, GenerationRequest } from '../types.ts';

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

export function imageUsage(counts: Counts): OpenAI.ImagesResponse.Usage {
  const { input, imageInput, output, textOutput } = counts;
  return {
    input_tokens: input,
    input_tokens_details: { text_tokens: input - imageInput, image_tokens: imageInput },
    output_tokens: output,
    output_tokens_details: { text_tokens: textOutput, image_tokens: output - textOutput },
    total_tokens: input + output,
  };
}

export type TranscriptionUsage =
  | OpenAI.Audio.Transcription.Duration
  | OpenAI.Audio.TranscriptionTextDoneEvent.Usage;

/** Whisper counts seconds, its successors count tokens. */
export function transcriptionUsage(
  { model, counts, scenario }: GenerationRequest,
  seconds: number,
): TranscriptionUsage {
  if (model.includes('whisper')) return { type: 'duration', seconds };
  const audio_tokens = scenario.audioin ?? counts.input;
  return {
    type: 'tokens',
    input_tokens: counts.input,
    input_token_details: { text_tokens: counts.input - audio_tokens, audio_tokens },
    output_tokens: counts.output,
    total_tokens: counts.input + counts.output,
  };
}

export function speechUsage({ input, output }: Counts): object {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}

export function batchUsage(counts: Counts): OpenAI.Batches.BatchUsage {
  return {
    input_tokens: counts.input,
    input_tokens_details: { cached_tokens: counts.cached },
    output_tokens: counts.output,
    output_tokens_details: { reasoning_tokens: counts.reasoning },
    total_tokens: counts.input + counts.output,
  };
}

export function realtimeUsage(
  { input, cached, audioInput, imageInput, output, audioOutput }: Counts,
  { cachedaudio = 0, cachedimage = 0 }: Scenario,
): OpenAI.Realtime.RealtimeResponseUsage {
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: {
      cached_tokens: cached,
      text_tokens: input - audioInput - imageInput,
      audio_tokens: audioInput,
      image_tokens: imageInput,
      cached_tokens_details: {
        text_tokens: cached - cachedaudio - cachedimage,
        audio_tokens: cachedaudio,
        image_tokens: cachedimage,
      },
    },
    output_token_details: { text_tokens: output - audioOutput, audio_tokens: audioOutput },
  };
}

/** A path of tomorrow, called with the client's own `post()`. */
export const openaiOther: Endpoint = {
  name: 'other',
  kind: 'other',
  answer(request) {
    const usage = responseUsage(request.counts);
    return { usage, body: () => ({ id: request.id('obj_'), model: request.model, usage }) };
  },
};

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
