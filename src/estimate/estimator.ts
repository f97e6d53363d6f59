import { isUnpriced, usdFromPico } from '../pricing/cost.ts';
import { bookOf, tableVersion } from '../pricing/price.ts';
import { NO_COUNTS, textOutput, type Usage, uncachedInput } from '../usage.ts';
import { countInput, type InputCount } from './count-input.ts';
import { checkRequest } from './request.ts';
import { loadTokenizer, type TokenizerLoader } from './tokenizer.ts';
import type { CostEstimate, EstimateRequest, PriceFunction } from './types.ts';

export interface EstimatorParts {
  /** What a call costs; the prices of this package, and those that the request brings, unless given. */
  readonly price?: PriceFunction | undefined;
  readonly loadTokenizer?: TokenizerLoader | undefined;
}

export function createEstimator(parts: EstimatorParts = {}) {
  const { loadTokenizer: load = loadTokenizer } = parts;

  return async (given: EstimateRequest): Promise<CostEstimate> => {
    const request = checkRequest(given);
    const price = parts.price ?? bookOf(request.prices).price;
    const count = await countInput(request, load);
    const { inputTokens, method, fallbackReason, unknown } = count;
    const maxOutputTokens = request.maxOutputTokens ?? (count.answers ? undefined : 0);
    return {
      provider: request.provider,
      model: request.model,
      inputTokens,
      maxOutputTokens,
      complete: unknown.length === 0,
      method,
      fallbackReason,
      unknown,
      ...priceOf(price, request, count, maxOutputTokens),
    };
  };
}

/**
 * What a call will cost, before it is made: between its input alone and an answer of `maxOutputTokens`. Rejects with
 * an EstimateError when the argument is no such call. The first use loads the tokenizer, about a quarter of a second.
 *
 * @example
 * const { cost } = await estimateCost({ provider: 'openai', model: 'gpt-4o', messages, maxOutputTokens: 500 });
 * if (cost?.maxUsd !== undefined && cost.maxUsd > 0.05) throw new Error('too expensive');
 */
export const estimateCost: (request: EstimateRequest) => Promise<CostEstimate> = createEstimator();

type Priced = Pick<CostEstimate, 'cost' | 'unpriced' | 'matchedModel' | 'confidence' | 'tableVersion'>;

function priceOf(
  price: PriceFunction,
  { provider, model, at }: EstimateRequest,
  { inputTokens, imageTokens, unknown }: InputCount,
  maxOutputTokens: number | undefined,
): Priced {
  const priceWith = (outputTokens: number) => {
    const usage: Usage = {
      input: uncachedInput(inputTokens, { image: imageTokens }),
      output: textOutput(outputTokens),
      serverTools: NO_COUNTS,
      estimated: true,
      raw: undefined,
    };
    return price({ provider, model: [model], usage, at });
  };

  const least = priceWith(0);
  if (isUnpriced(least)) {
    const unpriced = least.reason;
    return { cost: undefined, unpriced, matchedModel: undefined, confidence: undefined, tableVersion };
  }
  const hasLimit = maxOutputTokens !== undefined && unknown.length === 0;
  const most = hasLimit ? priceWith(maxOutputTokens) : undefined;
  const maxUsd = most === undefined || isUnpriced(most) ? undefined : usdFromPico(most.picoUsd);
  return {
    cost: { minUsd: usdFromPico(least.picoUsd), maxUsd },
    unpriced: most !== undefined && isUnpriced(most) ? most.reason : undefined,
    matchedModel: least.model,
    confidence: least.confidence,
    tableVersion: least.tableVersion,
  };
}
