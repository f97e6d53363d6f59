import { readUsage } from '../providers/index.ts';
import { isUnpriced, usdOf } from './cost.ts';
import type { PriceOptions } from './overrides.ts';
import { bookOf } from './price.ts';
import type { Confidence, CostClass } from './types.ts';

export interface CostRequest {
  readonly provider: 'openai' | 'anthropic';
  /** As the response or the request names it. */
  readonly model: string;
  /** The usage object as the SDK returned it: of chat, responses, embeddings or messages. */
  readonly usage: unknown;
  /** The tier that the response reports; a tier that the usage object names itself is used without it. */
  readonly serviceTier?: string | null | undefined;
  /** The call was part of a batch. */
  readonly batch?: boolean | undefined;
  /** When the call was made, since prices change; now, if left out. */
  readonly at?: Date | undefined;
  /** Prices of your own, as the option `prices` of `startTokenmeter`. */
  readonly prices?: PriceOptions | undefined;
}

export interface CalculatedCost {
  readonly totalUsd: number;
  /** USD by class, only of those that were used. */
  readonly byClass: Readonly<Partial<Record<CostClass, number>>>;
  /** The table's name of the model. */
  readonly model: string;
  readonly tableVersion: string;
  readonly confidence: Confidence;
}

/**
 * What one call cost, in USD, or undefined when any part of it has no known price. Throws a ConfigError only
 * for `prices` that cannot be used.
 */
export function calculateCost(request: CostRequest): CalculatedCost | undefined {
  const usage = readUsage(request.provider, request.usage);
  if (usage === undefined) return undefined;

  const tier = request.batch ? 'batch' : request.serviceTier;
  const call = bookOf(request.prices).price({
    provider: request.provider,
    model: [request.model],
    usage: tier ? { ...usage, serviceTier: tier } : usage,
    at: request.at,
  });
  if (isUnpriced(call)) return undefined;

  const { model, tableVersion, confidence } = call;
  return { ...usdOf(call), model, tableVersion, confidence };
}
