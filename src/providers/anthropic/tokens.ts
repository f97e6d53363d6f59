import { NO_COUNTS, type Tokens, textOutput } from '../../usage.ts';
import { count, type Fields, fieldsOf } from '../fields.ts';

/**
 * Anthropic's `input_tokens` are only the uncached ones; cache reads and writes come on top. Thinking is inside
 * `output_tokens`. A count that is missing, cannot be true or is less than its parts is NaN. With a credit, which a retry after a refusal
 * has, what it writes to the cache is charged as if it had been there to be read.
 */
export function readTokens(usage: Fields, isCredited: boolean): Tokens {
  const uncached = count(usage.input_tokens ?? Number.NaN);
  const read = count(usage.cache_read_input_tokens);
  const byLifetime = writesByLifetime(usage.cache_creation);
  const named = Object.values(byLifetime).reduce((sum, tokens) => sum + tokens, 0);
  const written = count(usage.cache_creation_input_tokens ?? named);
  return {
    input: {
      total: named <= written ? uncached + read + written : Number.NaN,
      uncached,
      cacheRead: isCredited ? read + written : read,
      cacheWrite: isCredited ? 0 : written,
      cacheWriteByLifetime: isCredited ? NO_COUNTS : byLifetime,
      audio: 0,
      image: 0,
    },
    output: textOutput(
      count(usage.output_tokens ?? Number.NaN),
      count(fieldsOf(usage.output_tokens_details).thinking_tokens),
    ),
  };
}

/** NaN fails every comparison, so this also refuses counts that could not be read. */
export function isPossible({ input, output }: Tokens): boolean {
  return input.total >= 0 && output.total >= 0 && output.reasoning <= output.total;
}

function writesByLifetime(creation: unknown): Record<string, number> {
  const writes: Record<string, number> = {};
  for (const lifetime of ['5m', '1h']) {
    const tokens = count(fieldsOf(creation)[`ephemeral_${lifetime}_input_tokens`]);
    if (tokens !== 0) writes[lifetime] = tokens;
  }
  return writes;
}
