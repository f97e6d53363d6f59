import { NO_COUNTS, textOutput, type Usage, type UsagePart } from '../../usage.ts';
import { count, type Fields, fieldsOf, text } from '../fields.ts';

/** More than an answer can take. */
const MAX_ITERATIONS = 10_000;

/**
 * Messages and beta messages. Anthropic's `input_tokens` are only the uncached ones; cache reads and
 * writes come on top. Thinking is inside `output_tokens`.
 * Undefined when the object has no counts or counts that cannot be true.
 */
export function readAnthropicUsage(raw: unknown): Usage | undefined {
  const usage = fieldsOf(raw);
  if (usage.input_tokens == null && usage.output_tokens == null) return undefined;

  const parts = workOfOthers(usage.iterations) ? usage.iterations.map(readPart) : undefined;
  const tokens = parts ? sumOf(parts) : readTokens(usage);
  // NaN fails every comparison, so this also refuses counts that could not be read.
  const possible = ({ input, output }: Tokens) =>
    input.total >= 0 && output.total >= 0 && output.reasoning <= output.total;
  if (!possible(tokens) || parts?.every(possible) === false) return undefined;

  const serviceTier = text(usage.service_tier);
  const speed = text(usage.speed);
  const region = text(usage.inference_geo);
  return {
    ...tokens,
    ...(parts && { parts }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    serverTools: serverTools(usage.server_tool_use),
    raw,
  };
}

type Tokens = Pick<Usage, 'input' | 'output'>;

function readTokens(usage: Fields): Tokens {
  const uncached = count(usage.input_tokens);
  const read = count(usage.cache_read_input_tokens);
  const byLifetime = writesByLifetime(usage.cache_creation);
  const written = Math.max(count(usage.cache_creation_input_tokens), sum(Object.values(byLifetime)));
  // A retry after a refusal, with credit: what it writes is charged as if it had been there to be read.
  const isCredited = fieldsOf(fieldsOf(usage.fallback_credit).status).type === 'redeemed';
  return {
    input: {
      total: uncached + read + written,
      uncached,
      cacheRead: isCredited ? read + written : read,
      cacheWrite: isCredited ? 0 : written,
      cacheWriteByLifetime: isCredited ? NO_COUNTS : byLifetime,
      audio: 0,
      image: 0,
    },
    output: textOutput(
      count(usage.output_tokens),
      count(fieldsOf(usage.output_tokens_details).thinking_tokens),
    ),
  };
}

/**
 * An answer takes several iterations where tools run on the server; their sum is in the totals. Those of a
 * compaction or an advisor are not, and those of a fallback are of another model: then the list counts.
 */
function workOfOthers(iterations: unknown): iterations is unknown[] {
  return (
    Array.isArray(iterations) &&
    iterations.length <= MAX_ITERATIONS &&
    iterations.some((iteration) => fieldsOf(iteration).type !== 'message')
  );
}

function readPart(iteration: unknown): UsagePart {
  const fields = fieldsOf(iteration);
  return { model: text(fields.model), ...readTokens(fields) };
}

function sumOf(parts: readonly UsagePart[]): Tokens {
  const inputs = parts.map(({ input }) => input);
  const outputs = parts.map(({ output }) => output);
  const writes: Record<string, number> = {};
  for (const { cacheWriteByLifetime } of inputs) {
    for (const [lifetime, tokens] of Object.entries(cacheWriteByLifetime)) {
      writes[lifetime] = (writes[lifetime] ?? 0) + tokens;
    }
  }
  return {
    input: {
      total: sum(inputs.map(({ total }) => total)),
      uncached: sum(inputs.map(({ uncached }) => uncached)),
      cacheRead: sum(inputs.map(({ cacheRead }) => cacheRead)),
      cacheWrite: sum(inputs.map(({ cacheWrite }) => cacheWrite)),
      cacheWriteByLifetime: writes,
      audio: 0,
      image: 0,
    },
    output: textOutput(
      sum(outputs.map(({ total }) => total)),
      sum(outputs.map(({ reasoning }) => reasoning)),
    ),
  };
}

function writesByLifetime(creation: unknown): Record<string, number> {
  const writes: Record<string, number> = {};
  for (const lifetime of ['5m', '1h']) {
    const tokens = count(fieldsOf(creation)[`ephemeral_${lifetime}_input_tokens`]);
    if (tokens !== 0) writes[lifetime] = tokens;
  }
  return writes;
}

/** `{ web_search_requests: 2 }` becomes `{ web_search: 2 }`. */
function serverTools(use: unknown): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const [name, value] of Object.entries(fieldsOf(use))) {
    const used = count(value);
    if (used > 0) calls[name.replace(/_requests$/, '')] = used;
  }
  return calls;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, value) => total + value, 0);
}
