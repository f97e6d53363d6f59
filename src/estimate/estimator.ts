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
    const maxOutputTokens = mostOutput(request, count);
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
 * an EstimateError when the argument is no such call. The first use loads the tokenizer, in turns: a tenth of a second.
 *
 * @example
 * const { cost } = await estimateCost({ provider: 'openai', model: 'gpt-4o', messages, maxOutputTokens: 500 });
 * if (cost?.maxUsd !== undefined && cost.maxUsd > 0.05) throw new Error('too expensive');
 */
export const estimateCost: (request: EstimateRequest) => Promise<CostEstimate> = createEstimator();

/** Each answer up to the limit, and as much of what was predicted as it may not have. */
function mostOutput(
  { maxOutputTokens, answers = 1 }: EstimateRequest,
  { hasAnswer, predictedTokens }: InputCount,
): number | undefined {
  if (!hasAnswer) return maxOutputTokens ?? 0;
  return maxOutputTokens === undefined ? undefined : answers * (maxOutputTokens + predictedTokens);
}

type Priced = Pick<CostEstimate, 'cost' | 'unpriced' | 'matchedModel' | 'confidence' | 'tableVersion'>;

function priceOf(
  price: PriceFunction,
  request: EstimateRequest,
  { inputTokens, imageTokens, unknown }: InputCount,
  maxOutputTokens: number | undefined,
): Priced {
  const { provider, model, at } = request;
  const priceWith = (outputTokens: number, served: ServedBy) => {
    const usage: Usage = {
      ...served,
      input: uncachedInput(inputTokens, { image: imageTokens }),
      output: textOutput(outputTokens),
      serverTools: NO_COUNTS,
      estimated: true,
      raw: undefined,
    };
    return price({ provider, model: [model], usage, at });
  };

  const asked = servedBy(request);
  const least = priceWith(0, asked);
  if (isUnpriced(least)) {
    const unpriced = least.reason;
    return { cost: undefined, unpriced, matchedModel: undefined, confidence: undefined, tableVersion };
  }
  // A tier or a speed is asked for, and not always given.
  const { region, ...other } = asked;
  const standard = Object.keys(other).length > 0 ? priceWith(0, region ? { region } : {}) : least;
  const cheapest =
    isUnpriced(standard) || standard.picoUsd > least.picoUsd ? least.picoUsd : standard.picoUsd;
  const hasLimit = maxOutputTokens !== undefined && unknown.length === 0;
  const most = hasLimit ? priceWith(maxOutputTokens, asked) : undefined;
  const maxUsd = most === undefined || isUnpriced(most) ? undefined : usdFromPico(most.picoUsd);
  return {
    cost: { minUsd: usdFromPico(cheapest), maxUsd },
    unpriced: most !== undefined && isUnpriced(most) ? most.reason : undefined,
    matchedModel: least.model,
    confidence: least.confidence,
    tableVersion: least.tableVersion,
  };
}

type ServedBy = Pick<Usage, 'serviceTier' | 'speed' | 'region'>;

/** Requests have a name for the standard tier that answers do not have. */
const STANDARD_ONLY = 'standard_only';

function servedBy({ serviceTier, speed, inferenceGeo }: EstimateRequest): ServedBy {
  return {
    ...(serviceTier && serviceTier !== STANDARD_ONLY && { serviceTier }),
    ...(speed && { speed }),
    ...(inferenceGeo && { region: inferenceGeo }),
  };
}
