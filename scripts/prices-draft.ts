import type { Price, RateSet, Rates } from '../src/pricing/types.ts';
import type { SourceModel, SourcePrice } from './prices-genai.ts';
import type { AddedModel, Correction, UsdRates } from './prices-overlay.ts';
import { multiply, picoPerUnit, ratesOf } from './prices-rates.ts';
import type { SourceKey } from './prices-sources.ts';
import { claudeFactors, type Fraction, type TierRule, toolFees } from './prices-tiers.ts';

const SINCE_IT_EXISTS = '1970-01-01';

/** A price on its way into the table, with the sources it has drawn on so far. */
export interface Draft extends RateSet {
  readonly from: string;
  readonly source: ReadonlySet<SourceKey>;
  readonly tiers: Readonly<Record<string, RateSet>>;
  readonly toolFees: Readonly<Record<string, number>>;
}

export function draftsOf({ prices }: SourceModel, provider: string): Draft[] {
  // genai-prices has one rate for writes; Anthropic's is that of the default lifetime, 5 minutes.
  const split = ({ ...rates }: UsdRates): UsdRates =>
    provider === 'anthropic' && rates.cacheWriteOther !== undefined
      ? { ...rates, cacheWrite5m: rates.cacheWriteOther }
      : rates;
  return prices.map((price: SourcePrice) => ({
    from: price.from ?? SINCE_IT_EXISTS,
    source: new Set<SourceKey>(['genai-prices']),
    rates: ratesOf(split(price.rates)),
    ...(price.long && { threshold: { ...price.long, rates: ratesOf(split(price.long.rates)) } }),
    tiers: {},
    toolFees: price.toolFees,
  }));
}

export function draftsOfAdded({ prices }: AddedModel): Draft[] {
  return prices.map(({ from, source, rates, aboveInputTokens, longRates }) => ({
    from: from ?? SINCE_IT_EXISTS,
    source: new Set([source]),
    rates: ratesOf(rates),
    ...(aboveInputTokens !== undefined &&
      longRates !== undefined && { threshold: { aboveInputTokens, rates: ratesOf(longRates) } }),
    tiers: {},
    toolFees: {},
  }));
}

export function correct(draft: Draft, { source, rates, aboveInputTokens, longRates }: Correction): Draft {
  const { input } = draft.rates;
  const standard = multiply({ ...draft.rates, ...ratesOf({ input: 0, ...rates }), input }, [1, 1]);
  const above = longRates === undefined ? draft.threshold?.rates : ratesOf(longRates);
  const limit = aboveInputTokens ?? draft.threshold?.aboveInputTokens;
  return {
    ...draft,
    rates: standard,
    source: new Set([...draft.source, source]),
    ...(above && limit !== undefined && { threshold: { aboveInputTokens: limit, rates: above } }),
  };
}

/** Models with a cache get the writes that their source leaves out by Anthropic's rule; the read is never derived. */
export function withClaudeWrites(draft: Draft): Draft {
  const complete = (rates: Rates): Rates => {
    if (rates.cacheRead === undefined) return rates;
    const cacheWrite5m = rates.cacheWrite5m ?? multiply({ input: rates.input }, [5, 4]).input;
    const cacheWrite1h = rates.cacheWrite1h ?? rates.input * 2;
    const cacheWriteOther = rates.cacheWriteOther ?? cacheWrite5m;
    return multiply({ ...rates, cacheWrite5m, cacheWrite1h, cacheWriteOther }, [1, 1]);
  };
  return {
    ...draft,
    rates: complete(draft.rates),
    ...(draft.threshold && { threshold: { ...draft.threshold, rates: complete(draft.threshold.rates) } }),
    ...(draft.rates.cacheRead !== undefined && {
      source: new Set([...draft.source, 'anthropic-cache-rule'] as const),
    }),
  };
}

export function addTier(draft: Draft, rule: TierRule): Draft {
  const set = rule.times ? multiplied(draft, rule.times, rule) : { rates: ratesOf(rule.rates ?? {}) };
  const tiers = { ...draft.tiers };
  for (const tier of rule.tiers) {
    if (tiers[tier] !== undefined) throw new Error(`Two rules for ${tier}, ${rule.models}`);
    tiers[tier] = set;
  }
  return { ...draft, tiers, source: new Set([...draft.source, rule.source]) };
}

function multiplied({ rates, threshold }: RateSet, times: Fraction, rule?: TierRule): RateSet {
  return {
    rates: multiply(rates, times, rule?.classes),
    ...(threshold && { threshold: { ...threshold, rates: multiply(threshold.rates, times, rule?.classes) } }),
  };
}

export function addClaudeTiers(draft: Draft, model: string): Draft {
  const factors = claudeFactors[model];
  if (factors === undefined) throw new Error(`No factors for ${model}`);
  const batch = multiplied(draft, [1, 2]);
  const fast = factors.fast && multiplied(draft, factors.fast);
  return {
    ...draft,
    source: new Set([
      ...draft.source,
      'anthropic-batch',
      'anthropic-regional',
      ...(fast ? (['anthropic-fast'] as const) : []),
    ] as const),
    tiers: {
      batch,
      'batch+regional': multiplied(batch, factors.regional),
      ...(fast && { fast, 'fast+regional': multiplied(fast, factors.regional) }),
      regional: multiplied(draft, factors.regional),
    },
  };
}

export function finish(
  { source, tiers, toolFees: fees, ...draft }: Draft,
  provider: string,
  until?: string,
): Price {
  const perCall = Object.entries({ ...toolFees[provider], ...fees });
  return {
    from: draft.from,
    ...(until !== undefined && { until }),
    source: [...source, 'tool-fees'].join(' '),
    rates: draft.rates,
    ...(draft.threshold && { threshold: draft.threshold }),
    ...(Object.keys(tiers).length > 0 && { tiers: sorted(tiers) }),
    toolFees: sorted(Object.fromEntries(perCall.map(([name, usd]) => [name, picoPerUnit(usd * 1e6)]))),
  };
}

export function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
