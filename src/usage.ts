/**
 * What one call used, in one shape for every provider.
 *
 * `input.total` is everything the model read, cached or not, whatever the provider's own
 * `input_tokens` means; `output.total` is everything it wrote, reasoning included. The other
 * members are parts of those two totals, never additions to them.
 */
export interface Usage {
  readonly input: InputTokens;
  readonly output: OutputTokens;
  /** The tier that served the call, as the response says it: `default`, `flex`, `priority`, `batch`, … */
  readonly serviceTier?: string;
  /** Anthropic's inference speed: `standard` or `fast`. */
  readonly speed?: string;
  /** Where inference ran, when the provider says: `us`, `global`, … */
  readonly region?: string;
  /** Calls of tools that the provider runs and charges for, by name: `{ web_search: 2 }`. */
  readonly serverTools: Readonly<Record<string, number>>;
  /** The provider's usage object, as it came. */
  readonly raw: unknown;
}

/** Token counts of the input. `total = uncached + cacheRead + cacheWrite`. */
export interface InputTokens {
  readonly total: number;
  /** Read at the full price: neither taken from a cache nor written to one. */
  readonly uncached: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Parts of `cacheWrite` whose lifetime the provider names: `{ '5m': 100, '1h': 20 }`. */
  readonly cacheWriteByLifetime: Readonly<Record<string, number>>;
  /** Part of `total` that was audio. */
  readonly audio: number;
  /** Part of `total` that was images. */
  readonly image: number;
}

/** Token counts of the output. `total = text + audio`, and `reasoning` is a part of `text`. */
export interface OutputTokens {
  readonly total: number;
  readonly text: number;
  readonly reasoning: number;
  readonly audio: number;
}
