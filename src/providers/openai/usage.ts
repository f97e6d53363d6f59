import { NO_COUNTS, type Usage } from '../../usage.ts';
import { count, fieldsOf, text } from '../fields.ts';

/** What the answer says about its billing beside the usage object. */
export interface Billing {
  readonly serviceTier?: unknown;
  readonly serverTools?: Readonly<Record<string, number>>;
}

/**
 * Chat and legacy completions, embeddings (`prompt_tokens`) and responses (`input_tokens`); audio and
 * realtime have `input_token_details`.
 * OpenAI's input includes cached tokens and cache writes; its output includes reasoning.
 * Undefined when the object has no counts or counts that cannot be true.
 */
export function readOpenAIUsage(raw: unknown, billing: Billing = {}): Usage | undefined {
  const usage = fieldsOf(raw);
  if (usage.prompt_tokens == null && usage.input_tokens == null) return undefined;

  const inputDetails = fieldsOf(
    usage.prompt_tokens_details ?? usage.input_tokens_details ?? usage.input_token_details,
  );
  const outputDetails = fieldsOf(
    usage.completion_tokens_details ?? usage.output_tokens_details ?? usage.output_token_details,
  );
  const cachedDetails = inputDetails.cached_tokens_details;
  const inputTotal = count(usage.prompt_tokens ?? usage.input_tokens);
  const outputTotal = count(usage.completion_tokens ?? usage.output_tokens);
  const cacheRead = count(inputDetails.cached_tokens);
  const cacheWrite = count(inputDetails.cache_write_tokens);
  const inputAudio = count(inputDetails.audio_tokens);
  const inputImage = count(inputDetails.image_tokens);
  const cachedAudio = count(fieldsOf(cachedDetails).audio_tokens);
  const cachedImage = count(fieldsOf(cachedDetails).image_tokens);
  const reasoning = count(outputDetails.reasoning_tokens);
  const outputAudio = count(outputDetails.audio_tokens);
  const outputImage = count(outputDetails.image_tokens);
  const uncached = inputTotal - cacheRead - cacheWrite;
  const outputText = outputTotal - outputAudio - outputImage;

  // NaN fails every comparison, so this also refuses counts that could not be read.
  const possible =
    uncached >= 0 &&
    outputText >= 0 &&
    inputAudio + inputImage <= inputTotal &&
    cachedAudio + cachedImage <= cacheRead &&
    reasoning <= outputTotal;
  if (!possible) return undefined;

  const serviceTier = text(billing.serviceTier);
  return {
    input: {
      total: inputTotal,
      uncached,
      cacheRead,
      cacheWrite,
      cacheWriteByLifetime: writesByLifetime(inputDetails.cache_write_tokens_details),
      audio: inputAudio,
      image: inputImage,
      ...(cachedDetails != null && { cachedAudio, cachedImage }),
    },
    output: { total: outputTotal, text: outputText, reasoning, audio: outputAudio, image: outputImage },
    ...(serviceTier !== undefined && { serviceTier }),
    serverTools: billing.serverTools ?? NO_COUNTS,
    raw,
  };
}

function writesByLifetime(details: unknown): Readonly<Record<string, number>> {
  if (details === undefined) return NO_COUNTS;
  const writes: Record<string, number> = {};
  for (const lifetime of ['30m', '12h']) {
    const tokens = count(fieldsOf(details)[`ttl_${lifetime}_tokens`]);
    if (tokens > 0) writes[lifetime] = tokens;
  }
  return writes;
}
