import { NO_COUNTS, sumOfTokens, type Tokens, type Usage, type UsagePart } from '../../usage.ts';
import { count, type Fields, fieldsOf, MOST_OF_A_CALL, nameOf } from '../fields.ts';

/** What the answer says about its billing beside the usage object. */
export interface Billing {
  readonly serviceTier?: unknown;
  readonly serverTools?: Readonly<Record<string, number>>;
  /** What other models did for the answer, which the usage object leaves out. */
  readonly others?: readonly UsagePart[];
  /** More tokens cannot be true. Default: those of one call. */
  readonly mostTokens?: number;
}

/** Cached tokens are told in whole blocks, of which the last can reach beyond the prompt. */
const CACHE_BLOCK = 128;
const LEAST_CACHED = 1024;

/**
 * Chat and legacy completions, embeddings (`prompt_tokens`) and responses (`input_tokens`); audio and
 * realtime have `input_token_details`.
 * OpenAI's input includes cached tokens and cache writes; its output includes reasoning.
 * Undefined when the object has no counts, counts that cannot be true, or two that contradict each other.
 */
export function readOpenAIUsage(raw: unknown, billing: Billing = {}): Usage | undefined {
  const usage = fieldsOf(raw);
  if (usage.prompt_tokens == null && usage.input_tokens == null) return undefined;

  const own = readTokens(usage, billing.mostTokens ?? MOST_OF_A_CALL);
  const { serverTools = NO_COUNTS, others = [] } = billing;
  if (own === undefined || hasOdd(serverTools)) return undefined;

  const serviceTier = nameOf(billing.serviceTier);
  const parts = others.length > 0 ? [{ model: undefined, ...own }, ...others] : undefined;
  const { input, output } = parts ? sumOfTokens(parts) : own;
  return {
    input,
    output,
    ...(parts && { parts }),
    ...(serviceTier !== undefined && { serviceTier }),
    serverTools,
    raw,
  };
}

function hasOdd(counts: Readonly<Record<string, number>>): boolean {
  return counts !== NO_COUNTS && Object.values(counts).some(Number.isNaN);
}

function readTokens(usage: Fields, most: number): Tokens | undefined {
  const inputDetails = fieldsOf(
    usage.prompt_tokens_details ?? usage.input_tokens_details ?? usage.input_token_details,
  );
  const outputDetails = fieldsOf(
    usage.completion_tokens_details ?? usage.output_tokens_details ?? usage.output_token_details,
  );
  const cachedDetails = inputDetails.cached_tokens_details;
  const total = either(usage.prompt_tokens, usage.input_tokens, most);
  const outputTotal = readOutputTotal(usage, total, most);
  const { cacheRead, cacheWrite } = withinInput(
    count(inputDetails.cached_tokens, most),
    count(inputDetails.cache_write_tokens, most),
    total,
  );
  const cacheWriteByLifetime = writesByLifetime(inputDetails.cache_write_tokens_details, most);
  const audio = count(inputDetails.audio_tokens, most);
  const image = count(inputDetails.image_tokens, most);
  const cachedAudio = count(fieldsOf(cachedDetails).audio_tokens, most);
  const cachedImage = count(fieldsOf(cachedDetails).image_tokens, most);
  const reasoning = count(outputDetails.reasoning_tokens, most);
  const outputAudio = count(outputDetails.audio_tokens, most);
  const outputImage = count(outputDetails.image_tokens, most);
  const uncached = total - cacheRead - cacheWrite;
  const outputText = outputTotal - outputAudio - outputImage;

  // NaN fails every comparison, so this also refuses counts that could not be read.
  const possible =
    uncached >= 0 &&
    outputText >= 0 &&
    audio + image <= total &&
    cachedAudio + cachedImage <= cacheRead &&
    reasoning <= outputTotal &&
    cacheWriteByLifetime !== undefined;
  if (!possible) return undefined;
  return {
    input: {
      total,
      uncached,
      cacheRead,
      cacheWrite,
      cacheWriteByLifetime,
      audio,
      image,
      ...(cachedDetails != null && { cachedAudio, cachedImage }),
    },
    output: { total: outputTotal, text: outputText, reasoning, audio: outputAudio, image: outputImage },
  };
}

/** One count that has two names, of which an answer uses one, or both for the same. */
function either(first: unknown, second: unknown, most: number): number {
  const found = count(first ?? second ?? Number.NaN, most);
  return second == null || count(second, most) === found ? found : Number.NaN;
}

/** Embeddings have no output, and a sum that says so. Any other usage without it is not complete. */
function readOutputTotal(usage: Fields, inputTotal: number, most: number): number {
  const { completion_tokens, output_tokens, total_tokens } = usage;
  if (
    completion_tokens == null &&
    output_tokens == null &&
    count(total_tokens ?? Number.NaN, most) === inputTotal
  )
    return 0;
  return either(completion_tokens, output_tokens, most);
}

/**
 * Where rounding to blocks, or a count of writes that OpenAI calls unadjusted, makes the parts less than a block larger
 * than the whole, they end with it: the writes first.
 */
function withinInput(cacheRead: number, cacheWrite: number, total: number) {
  const excess = cacheRead + cacheWrite - total;
  const isRounded = cacheWrite > 0 || (cacheRead >= LEAST_CACHED && cacheRead % CACHE_BLOCK === 0);
  if (!(excess > 0 && excess < CACHE_BLOCK && isRounded)) return { cacheRead, cacheWrite };
  const read = Math.min(cacheRead, total);
  return { cacheRead: read, cacheWrite: total - read };
}

/** Undefined when it has counts that cannot be true. */
function writesByLifetime(details: unknown, most: number): Readonly<Record<string, number>> | undefined {
  if (details === undefined || details === null) return NO_COUNTS;
  if (typeof details !== 'object') return undefined;
  const writes: Record<string, number> = {};
  for (const lifetime of ['30m', '12h']) {
    const tokens = count(fieldsOf(details)[`ttl_${lifetime}_tokens`], most);
    if (Number.isNaN(tokens)) return undefined;
    if (tokens > 0) writes[lifetime] = tokens;
  }
  return writes;
}
