import type { Price, RateSet, Rates, UnitPrices } from '../../src/pricing/types.ts';
import type { SourceModel, SourcePrice } from './genai.ts';
import type { AddedModel, Correction, UsdRates } from './overlay.ts';
import { multiply, picoDollars, ratesOf, unitsOf } from './rates.ts';
import { type SourceKey, sources } from './sources.ts';
import { claudeFactors, type Fraction, type TierRule, toolFees } from './tiers.ts';

const SINCE_IT_EXISTS = '1970-01-01';

/** A price on its way into the table, with the sources it has drawn on so far. */
export interface Draft extends RateSet {
  readonly from: string;
  readonly source: ReadonlySet<SourceKey>;
  /** Those of them that state its standard rates or unit prices. Rules for tiers and fees hold for all models. */
  readonly stated: ReadonlySet<SourceKey>;
  readonly units?: UnitPrices;
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
    stated: new Set<SourceKey>(['genai-prices']),
    rates: ratesOf(split(price.rates)),
    ...(price.long && { threshold: { ...price.long, rates: ratesOf(split(price.long.rates)) } }),
    ...(price.units && { units: unitsOf(price.units) }),
    tiers: {},
    toolFees: price.toolFees,
  }));
}

export function draftsOfAdded({ prices }: AddedModel): Draft[] {
  return prices.map(({ from, source, rates = {}, units, aboveInputTokens, longRates }) => ({
    from: from ?? SINCE_IT_EXISTS,
    source: new Set([source]),
    stated: new Set([source]),
    rates: ratesOf(rates),
    ...(aboveInputTokens !== undefined &&
      longRates !== undefined && { threshold: { aboveInputTokens, rates: ratesOf(longRates) } }),
    ...(units && { units: unitsOf(units) }),
    tiers: {},
    toolFees: {},
  }));
}

export function correct(draft: Draft, { source, rates, aboveInputTokens, longRates }: Correction): Draft {
  const standard = multiply({ ...draft.rates, ...ratesOf(rates ?? {}) }, [1, 1]);
  const above = longRates === undefined ? draft.threshold?.rates : ratesOf(longRates);
  const limit = aboveInputTokens ?? draft.threshold?.aboveInputTokens;
  return {
    ...draft,
    rates: standard,
    source: new Set([...draft.source, source]),
    ...((rates ?? longRates) && { stated: new Set([...draft.stated, source]) }),
    ...(above && limit !== undefined && { threshold: { aboveInputTokens: limit, rates: above } }),
  };
}

/** Models with a cache get the writes that their source leaves out by Anthropic's rule; the read is never derived. */
export function withClaudeWrites(draft: Draft): Draft {
  const complete = (rates: Rates): Rates => {
    const { input, cacheRead } = rates;
    if (input === undefined || cacheRead === undefined) return rates;
    const [cacheWrite5m, cacheWrite1h] = [(input * 5) / 4, input * 2];
    const cacheWriteOther = rates.cacheWriteOther ?? rates.cacheWrite5m ?? cacheWrite5m;
    return multiply({ cacheWrite5m, cacheWrite1h, ...rates, cacheWriteOther }, [1, 1]);
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
  { source, stated, tiers, toolFees: fees, units, ...draft }: Draft,
  provider: string,
  until?: string,
): Price {
  if (draft.rates.input === undefined && units === undefined) throw new Error(`No price from ${[...source]}`);
  const dates = [...stated].map((key) => sources[key].date).sort();
  const perCall = Object.entries({ ...toolFees[provider], ...fees });
  return {
    from: draft.from,
    ...(until !== undefined && { until }),
    verifiedAt: dates.at(-1) ?? SINCE_IT_EXISTS,
    source: [...source, 'tool-fees'].join(' '),
    rates: draft.rates,
    ...(draft.threshold && { threshold: draft.threshold }),
    ...(Object.keys(tiers).length > 0 && { tiers: sorted(tiers) }),
    ...(units && { units }),
    toolFees: sorted(Object.fromEntries(perCall.map(([name, usd]) => [name, picoDollars(usd)]))),
  };
}

export function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
