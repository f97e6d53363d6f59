/** Integer pico-dollars per token: $1 per million tokens is 1,000,000. A class without a rate has no known price. */
export interface Rates {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly cacheWrite12h?: number;
  /** Writes whose lifetime is the provider's default or is not said. */
  readonly cacheWriteOther?: number;
  /** Text, reasoning included. */
  readonly output?: number;
  readonly inputAudio?: number;
  readonly cachedAudio?: number;
  readonly outputAudio?: number;
  /** Without it, images cost what text costs. */
  readonly inputImage?: number;
  readonly cachedImage?: number;
  readonly outputImage?: number;
}

export type TokenClass = keyof Rates;

/** Integer pico-dollars of what is charged by something else than tokens, whatever the tier. */
export interface UnitPrices {
  /** Per minute, of which every part is charged: $0.017 a minute is no whole number of pico-dollars a second. */
  readonly audioMinute?: number;
  readonly character?: number;
  /** By `quality/size`; a request that names none of them has `standard/1024x1024`. */
  readonly image?: Readonly<Record<string, number>>;
}

/** `images`, `audioSeconds` and `characters` are those of `Units`. */
export type CostClass = TokenClass | 'serverTools' | 'images' | 'audioSeconds' | 'characters';

/** Rates of one tier; above the threshold other rates hold, for the whole call. */
export interface RateSet {
  readonly rates: Rates;
  readonly threshold?: Threshold;
}

interface Threshold {
  /** Exclusive: a call with exactly this many input tokens, cached ones included, is not above it. */
  readonly aboveInputTokens: number;
  readonly rates: Rates;
}

/** What a model costs in one span of time. */
export interface Price extends RateSet {
  /** First day, UTC; 1970-01-01 stands for "since the model exists". */
  readonly from: string;
  /** First day on which it no longer holds. */
  readonly until?: string;
  /** The newest day on which a source of its standard rates or unit prices stated them. */
  readonly verifiedAt: string;
  /** Keys of the sources that the table's header explains. */
  readonly source: string;
  /** By the name that `tierOf` gives: `batch`, `priority`, `fast+regional`, … */
  readonly tiers?: Readonly<Record<string, RateSet>>;
  readonly units?: UnitPrices;
  /** Pico-dollars per call of a tool that the provider runs; 0 is a free one. */
  readonly toolFees?: Readonly<Record<string, number>>;
}

export interface ProviderPrices {
  /** By the model's canonical name; in order of `from`. Empty: known, but its price is not. */
  readonly models: Readonly<Record<string, readonly Price[]>>;
  /** Other exact names of these models. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface PriceTable {
  readonly version: string;
  /** The day on which its sources were last reviewed. */
  readonly date: string;
  readonly providers: Readonly<Record<string, ProviderPrices>>;
}

/**
 * `exact`: it is the table's own name of the model; `alias`: another one, listed or derived; `assumed`: the answer
 * names a model that is not known, and the price is that of the one that was asked for.
 */
export type Confidence = 'exact' | 'alias' | 'assumed';

type CostByClass = Readonly<Partial<Record<CostClass, bigint>>>;

/** Exact pico-dollars. */
export interface Cost {
  readonly picoUsd: bigint;
  /** Only the classes that were used. */
  readonly byClass: CostByClass;
}

/** No price is known for the call, which is not the same as a price of 0. */
export interface Unpriced {
  /** `unknown_model`, `no_rate:cacheRead`, `no_fee:code_interpreter`, `tier:priority`, `unclear:iterations`, … */
  readonly reason: string;
}

export interface PricedCall extends Cost {
  /** The table's name of the model. */
  readonly model: string;
  readonly confidence: Confidence;
  readonly tableVersion: string;
}
