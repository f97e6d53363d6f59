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
  /** What is charged by something else than tokens. */
  readonly units?: Units;
  /** What each model used, where several worked on the answer, or one beside it. The counts above are their sums. */
  readonly parts?: readonly UsagePart[];
  /** Somebody else than the one who asks is charged for it. */
  readonly billedElsewhere?: true;
  /** The answer did not say it all: counts were estimated from the request and the text that came. */
  readonly estimated?: true;
  /** What of it contradicts itself: it is counted as its totals say, and has no price. */
  readonly unclear?: string;
  /** The provider's usage object, as it came. */
  readonly raw: unknown;
}

export interface UsagePart extends Tokens {
  /** Undefined for the model of the answer. */
  readonly model: string | undefined;
}

export interface Tokens {
  readonly input: InputTokens;
  readonly output: OutputTokens;
}

export interface Units {
  /** Generated images, of models that charge by the image. */
  readonly images?: { readonly count: number; readonly size?: string; readonly quality?: string };
  /** Length of the audio that was transcribed or translated. */
  readonly audioSeconds?: number;
  /** Characters of the text that was spoken. */
  readonly characters?: number;
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
  /** Parts of both `cacheRead` and `audio`, or `image`, where the provider tells. */
  readonly cachedAudio?: number;
  readonly cachedImage?: number;
}

/** Token counts of the output. `total = text + audio + image`, and `reasoning` is a part of `text`. */
export interface OutputTokens {
  readonly total: number;
  readonly text: number;
  readonly reasoning: number;
  readonly audio: number;
  readonly image: number;
}

/** The output of a model that writes text alone. */
export function textOutput(total: number, reasoning = 0): OutputTokens {
  return { total, text: total, reasoning, audio: 0, image: 0 };
}

/** The input of a call that neither read a cache nor wrote one. */
export function uncachedInput(total: number, parts: { audio?: number; image?: number } = {}): InputTokens {
  return {
    total,
    uncached: total,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWriteByLifetime: NO_COUNTS,
    audio: parts.audio ?? 0,
    image: parts.image ?? 0,
  };
}

/** What several did together. */
export function sumOfTokens(parts: readonly Tokens[]): Tokens {
  const writes: Record<string, number> = {};
  for (const { input } of parts) {
    for (const [lifetime, tokens] of Object.entries(input.cacheWriteByLifetime)) {
      writes[lifetime] = (writes[lifetime] ?? 0) + tokens;
    }
  }
  const input = (name: 'total' | 'uncached' | 'cacheRead' | 'cacheWrite' | 'audio' | 'image') =>
    parts.reduce((sum, part) => sum + part.input[name], 0);
  const output = (name: keyof OutputTokens) => parts.reduce((sum, part) => sum + part.output[name], 0);
  return {
    input: {
      total: input('total'),
      uncached: input('uncached'),
      cacheRead: input('cacheRead'),
      cacheWrite: input('cacheWrite'),
      cacheWriteByLifetime: writes,
      audio: input('audio'),
      image: input('image'),
    },
    output: {
      total: output('total'),
      text: output('text'),
      reasoning: output('reasoning'),
      audio: output('audio'),
      image: output('image'),
    },
  };
}

export const NO_COUNTS: Readonly<Record<string, number>> = Object.freeze({});
