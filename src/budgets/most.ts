import type { GatedCall, Pricing } from '../calls/pipeline.ts';
import { isUnpriced } from '../pricing/cost.ts';
import type { InputTokens } from '../usage.ts';
import { NO_COUNTS, textOutput, uncachedInput } from '../usage.ts';
import type { Spend } from './budget.ts';

/** How long what is written to a cache may live: the longer, the dearer. */
const LIFETIMES = ['5m', '30m', '1h'] as const;

/**
 * The most that a call can take from budgets: its input at most a token a byte, its output up to the limit that the
 * request or the model has, at the dearest price that may apply. Fees of tools are not in it: nobody knows how often
 * they will be called.
 */
export function mostOf(subject: GatedCall, model: readonly unknown[], price: Pricing): Spend {
  const { endpoint, params, provider, vendor } = subject;
  if (endpoint.free) return { picoUsd: 0n, tokens: endpoint.most?.(params).inputTokens ?? 0, requests: 1 };
  const most = endpoint.most?.(params);
  if (!most) return { picoUsd: undefined, tokens: 0, requests: 1 };
  const { inputTokens, outputTokens, writesCache, serviceTier, speed, region } = most;
  const inputs = [
    uncachedInput(inputTokens),
    ...(writesCache ? LIFETIMES.map((life) => written(inputTokens, life)) : []),
  ];
  let picoUsd: bigint | undefined;
  for (const served of [{}, { serviceTier, speed, region }]) {
    for (const input of inputs) {
      const priced = price({
        provider: provider.name,
        vendor,
        model,
        region: subject.facts.region,
        usage: {
          ...without(served),
          input,
          output: textOutput(outputTokens),
          serverTools: NO_COUNTS,
          raw: undefined,
        },
      });
      if (!isUnpriced(priced) && (picoUsd === undefined || priced.picoUsd > picoUsd))
        picoUsd = priced.picoUsd;
    }
    if (serviceTier === undefined && speed === undefined && region === undefined) break;
  }
  return { picoUsd, tokens: inputTokens + outputTokens, requests: 1 };
}

function written(tokens: number, lifetime: string): InputTokens {
  return {
    ...uncachedInput(tokens),
    uncached: 0,
    cacheWrite: tokens,
    cacheWriteByLifetime: { [lifetime]: tokens },
  };
}

function without(served: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(served).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
