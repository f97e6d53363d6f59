import type { Usage } from '../usage.ts';
import { costOf, isUnpriced } from './cost.ts';
import { hasProvider, type Match, matchModel } from './match.ts';
import { table } from './table.ts';
import { REGIONAL } from './tier.ts';
import type { Price, PricedCall, Unpriced } from './types.ts';

export interface CallToPrice {
  readonly provider: string;
  /** The response's name of the model, then the request's; a later one counts only if no earlier one is known. */
  readonly model: readonly unknown[];
  readonly usage: Usage;
  /** When the call was made; now, if left out. */
  readonly at?: Date | undefined;
}

export const tableVersion = table.version;

/** What a call cost at the prices of its day. */
export function priceCall({ provider, model, usage, at }: CallToPrice): PricedCall | Unpriced {
  if (!hasProvider(provider)) return { reason: 'unknown_provider' };
  const match = matchFirst(provider, model);
  if (match === undefined) return { reason: 'unknown_model' };

  const time = at === undefined ? Date.now() : at.getTime();
  if (Number.isNaN(time)) return { reason: 'bad_date' };
  const price = priceAt(match.prices, time);
  if (price === undefined) return { reason: 'no_price' };

  const cost = costOf(match.regional ? { ...usage, region: REGIONAL } : usage, price);
  if (isUnpriced(cost)) return cost;
  return { ...cost, model: match.model, confidence: match.confidence, tableVersion };
}

function matchFirst(provider: string, names: readonly unknown[]): Match | undefined {
  let passedOver = false;
  let first: Match | undefined;
  for (const name of names) {
    const match = matchModel(provider, name);
    if (first === undefined) {
      if (match === undefined) passedOver ||= typeof name === 'string';
      else first = passedOver ? { ...match, confidence: 'alias' } : match;
    } else if (match?.regional && match.model === first.model) {
      // Bedrock's answers name the model without the region that the request named.
      return { ...first, regional: true };
    }
  }
  return first;
}

function priceAt(prices: readonly Price[], time: number): Price | undefined {
  return prices.find(
    ({ from, until }) => startOf(from) <= time && (until === undefined || time < startOf(until)),
  );
}

const starts = new Map<string, number>();

/** Milliseconds since the epoch. The table has few days, and each call asks for some: parsed once. */
function startOf(day: string): number {
  let start = starts.get(day);
  if (start === undefined) {
    start = Date.parse(day);
    starts.set(day, start);
  }
  return start;
}
