import type { PriceOptions } from '../pricing/overrides.ts';
import type { CallToPrice } from '../pricing/price.ts';
import type { Confidence, PricedCall, Unpriced } from '../pricing/types.ts';

/** A call that has not been made yet: what its SDK method would be given, and who would be called. */
export interface EstimateRequest {
  readonly provider: 'openai' | 'anthropic';
  /** As the call would name it. */
  readonly model: string;
  /** The messages of OpenAI's chat completions or of Anthropic's messages. Either this or `input`. */
  readonly messages?: readonly object[] | undefined;
  /**
   * OpenAI only. A string or items: of responses; of embeddings where the model's name says so. A list of
   * strings, of tokens, or of lists of tokens: of embeddings.
   */
  readonly input?: string | readonly unknown[] | undefined;
  /** Anthropic only: a text or text blocks. */
  readonly system?: string | readonly object[] | undefined;
  /** Of OpenAI's responses only. */
  readonly instructions?: string | null | undefined;
  /** Tools, in the form of the provider's SDK. */
  readonly tools?: readonly object[] | undefined;
  /** The limit of tokens that the call would set for its answer; `maxUsd` needs it. 0 for embeddings. */
  readonly maxOutputTokens?: number | undefined;
  /** OpenAI only. How many answers it would ask for, each up to that limit: `n`, or `best_of`. Default: 1. */
  readonly answers?: number | undefined;
  /** OpenAI only: `prediction`. What of it the answer does not have is charged as output on top. */
  readonly prediction?: object | null | undefined;
  /**
   * The tier that it would ask for: `service_tier`, or `batch`. `maxUsd` is its price; `minUsd` is the standard
   * price where that is less, since an answer may be served by it. None, and `auto`, count as standard: name the tier
   * if your project's setting is another.
   */
  readonly serviceTier?: string | null | undefined;
  /** Anthropic only: `fast`. As `serviceTier`. */
  readonly speed?: string | null | undefined;
  /** Anthropic only: `inference_geo`, if the call would name it: `us`, … */
  readonly inferenceGeo?: string | null | undefined;
  /**
   * Anthropic only: the SDK client whose `messages.countTokens` is asked, a request over the network. Without it,
   * or if it fails or takes too long, tokens are estimated offline.
   */
  readonly client?: TokenCountingClient | undefined;
  /** Seconds above 0: how long the answer of `client` is waited for, its retries included. Default: 5. */
  readonly timeoutSeconds?: number | undefined;
  /** Ends waiting for `client` at once; tokens are then estimated offline. */
  readonly signal?: AbortSignal | undefined;
  /** When the call would be made, since prices change; now, if left out. */
  readonly at?: Date | undefined;
  /** Prices of your own, as the option `prices` of `startTokenmeter`. */
  readonly prices?: PriceOptions | undefined;
}

/** The part of an Anthropic client that is used. */
export interface TokenCountingClient {
  readonly messages: {
    countTokens(body: never, options?: { readonly signal?: AbortSignal }): PromiseLike<unknown>;
  };
}

/**
 * - `gpt-tokenizer`: the text was tokenized as OpenAI does; what the provider adds to it follows its published rules.
 * - `count_tokens`: Anthropic's own estimate.
 * - `heuristic`: for Claude, OpenAI's tokens x 1.1, or x 1.4 from Opus 4.7 on and for newer models. Without
 *   gpt-tokenizer, a token for 4 characters of ASCII or 1.5 others: real counts are up to half as many, or as many more.
 */
export type EstimateMethod = 'gpt-tokenizer' | 'count_tokens' | 'heuristic';

/**
 * What no rule gives a count for: images, files and audio of unknown size, encrypted `reasoning`, `tool` that
 * the provider runs, `reference` to what it stores, and `other` parts that are not known here.
 */
export type UnknownKind = 'image' | 'file' | 'audio' | 'reasoning' | 'tool' | 'reference' | 'other';

export interface UnknownPart {
  readonly kind: UnknownKind;
  readonly count: number;
}

export interface CostEstimate {
  readonly provider: string;
  readonly model: string;
  /** A lower bound where `complete` is false. */
  readonly inputTokens: number;
  /** Of all answers together, with what is charged of a prediction. */
  readonly maxOutputTokens: number | undefined;
  /** Whether every part of the request was counted. */
  readonly complete: boolean;
  readonly method: EstimateMethod;
  /** Why a better method than `method` could not be used. */
  readonly fallbackReason: string | undefined;
  /** The parts that were not counted; none if `complete`. */
  readonly unknown: readonly UnknownPart[];
  /** Undefined, and not 0, when no price is known. */
  readonly cost: EstimatedCost | undefined;
  /** Why there is no cost, or no `maxUsd` although `maxOutputTokens` is known: `unknown_model`, … */
  readonly unpriced: string | undefined;
  /** The price table's name of the model. */
  readonly matchedModel: string | undefined;
  readonly confidence: Confidence | undefined;
  readonly tableVersion: string;
}

/** USD, with nothing read from a cache or written to one. */
export interface EstimatedCost {
  /** The input alone, with no answer, at standard prices or those of the tier that is asked for, if they are less. */
  readonly minUsd: number;
  /**
   * With answers of `maxOutputTokens`, at the prices of the tier that is asked for; undefined where there is no limit
   * or the input is not complete.
   */
  readonly maxUsd: number | undefined;
}

export type PriceFunction = (call: CallToPrice) => PricedCall | Unpriced;
