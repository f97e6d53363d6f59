import { textOutput, type Usage } from '../../usage.ts';
import { count, fieldsOf, text } from '../fields.ts';

/**
 * Messages and beta messages. Anthropic's `input_tokens` are only the uncached ones; cache reads and
 * writes come on top. Thinking is inside `output_tokens`.
 * Undefined when the object has no counts or counts that cannot be true.
 */
export function readAnthropicUsage(raw: unknown): Usage | undefined {
  const usage = fieldsOf(raw);
  if (usage.input_tokens == null && usage.output_tokens == null) return undefined;

  const uncached = count(usage.input_tokens);
  const cacheRead = count(usage.cache_read_input_tokens);
  const byLifetime = writesByLifetime(usage.cache_creation);
  const cacheWrite = Math.max(count(usage.cache_creation_input_tokens), sum(byLifetime));
  const outputTotal = count(usage.output_tokens);
  const reasoning = count(fieldsOf(usage.output_tokens_details).thinking_tokens);
  const total = uncached + cacheRead + cacheWrite;

  // NaN fails every comparison, so this also refuses counts that could not be read.
  if (!(total >= 0 && outputTotal >= 0 && reasoning <= outputTotal)) return undefined;

  const serviceTier = text(usage.service_tier);
  const speed = text(usage.speed);
  const region = text(usage.inference_geo);
  return {
    input: { total, uncached, cacheRead, cacheWrite, cacheWriteByLifetime: byLifetime, audio: 0, image: 0 },
    output: textOutput(outputTotal, reasoning),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    serverTools: serverTools(usage.server_tool_use),
    raw,
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

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
