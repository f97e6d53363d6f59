import { NO_COUNTS, type Usage } from '../../usage.ts';
import { count, fieldsOf, nameOf } from '../fields.ts';
import { readIterations } from './iterations.ts';
import { isPossible, readTokens } from './tokens.ts';

/**
 * Messages and beta messages. Undefined when the object lacks a count, or has one that cannot be true. Iterations
 * that contradict its totals leave those to be counted, and make the price unknown.
 */
export function readAnthropicUsage(raw: unknown): Usage | undefined {
  const usage = fieldsOf(raw);
  const isCredited = fieldsOf(fieldsOf(usage.fallback_credit).status).type === 'redeemed';
  const totals = readTokens(usage, isCredited);
  const serverTools = readServerTools(usage.server_tool_use);
  if (!isPossible(totals) || serverTools === undefined) return undefined;

  const { tokens, ...told } = readIterations(usage.iterations, totals, isCredited);
  const serviceTier = nameOf(usage.service_tier);
  const speed = nameOf(usage.speed);
  const region = nameOf(usage.inference_geo);
  return {
    ...tokens,
    ...told,
    ...(serviceTier !== undefined && { serviceTier }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    serverTools,
    raw,
  };
}

/** `{ web_search_requests: 2 }` becomes `{ web_search: 2 }`. Undefined when a count cannot be true. */
function readServerTools(use: unknown): Readonly<Record<string, number>> | undefined {
  if (use === undefined || use === null) return NO_COUNTS;
  if (typeof use !== 'object') return undefined;
  const calls: Record<string, number> = {};
  for (const [name, value] of Object.entries(use)) {
    const used = count(value);
    if (Number.isNaN(used)) return undefined;
    if (used > 0) calls[name.replace(/_requests$/, '')] = used;
  }
  return calls;
}
