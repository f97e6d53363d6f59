import type { GatedCall, Pricing } from '../calls/pipeline.ts';
import { isUnpriced } from '../pricing/cost.ts';
import { LONGEST_INPUT, LONGEST_OUTPUT, type Most } from '../providers/most.ts';
import { type InputTokens, NO_COUNTS, type OutputTokens, textOutput, uncachedInput } from '../usage.ts';
import type { Spend } from './budget.ts';

/** Tiers that have no price for longer inputs serve shorter ones only. */
const SHORT_CONTEXT = 272_000;

/**
 * The most that a call can take from budgets: its input at most a token a byte, its output up to the limit that the
 * request or the model has, at the dearest price that may apply. Fees of tools are not in it: nobody knows how often
 * they will be called.
 */
export function mostOf(subject: GatedCall, model: readonly unknown[], price: Pricing): Spend {
  const { endpoint, provider, vendor } = subject;
  const most = mostTokens(subject, model[0]);
  if (endpoint.free) return { picoUsd: 0n, tokens: most?.inputTokens ?? 0, requests: 1 };
  if (!most) return { picoUsd: undefined, tokens: undefined, requests: 1 };
  const call = { provider: provider.name, vendor, model, region: subject.facts.region };
  const inputs = inputsOf(most);
  const outputs = outputsOf(most);
  let picoUsd: bigint | undefined;
  for (const served of most.served) {
    for (const input of inputs) {
      for (const output of outputs) {
        const usage = { ...served, input, output, serverTools: NO_COUNTS, raw: undefined };
        const priced = price({ ...call, usage });
        if (isUnpriced(priced)) continue;
        if (picoUsd === undefined || priced.picoUsd > picoUsd) picoUsd = priced.picoUsd;
      }
    }
  }
  return { picoUsd, tokens: most.inputTokens + most.outputTokens, requests: 1 };
}

/** What the limits of a call are depends on the model behind a deployment. */
function mostTokens({ endpoint, params }: GatedCall, model: unknown): Most | undefined {
  if (!endpoint.most) return undefined;
  try {
    return endpoint.most({ ...params, model });
  } catch {
    // Members of a request can be accessors, and those can throw.
    return {
      inputTokens: LONGEST_INPUT,
      outputTokens: LONGEST_OUTPUT,
      cacheLifetimes: [],
      hasSound: false,
      served: [{}],
    };
  }
}

function inputsOf({ inputTokens, cacheLifetimes, hasSound }: Most): InputTokens[] {
  const lengths = inputTokens > SHORT_CONTEXT ? [inputTokens, SHORT_CONTEXT] : [inputTokens];
  return lengths.flatMap((tokens) => [
    uncachedInput(tokens),
    ...(hasSound ? [uncachedInput(tokens, { audio: tokens })] : []),
    ...cacheLifetimes.map((lifetime) => written(tokens, lifetime)),
  ]);
}

function outputsOf({ outputTokens: total, hasSound }: Most): OutputTokens[] {
  return [textOutput(total), ...(hasSound ? [{ ...textOutput(0), total, audio: total }] : [])];
}

function written(tokens: number, lifetime: string): InputTokens {
  return {
    ...uncachedInput(tokens),
    uncached: 0,
    cacheWrite: tokens,
    cacheWriteByLifetime: { [lifetime]: tokens },
  };
}
