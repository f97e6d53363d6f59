/** What differs between the Claude models that count as they did up to Opus 4.6, and those from Opus 4.7 on. */
export interface ClaudeGeneration {
  /** Tokens for one token of o200k_base. */
  readonly tokensPerToken: number;
  readonly longestImageEdge: number;
  readonly mostImageTokens: number;
}

// The factors are what real counts came to in November 2026, roughly; the limits are those of Anthropic's guide on vision.
const OLDER: ClaudeGeneration = { tokensPerToken: 1.1, longestImageEdge: 1568, mostImageTokens: 1568 };
const NEWER: ClaudeGeneration = { tokensPerToken: 1.4, longestImageEdge: 2576, mostImageTokens: 4784 };

/** The first number of a name that is no date, with a part after a point or a dash: 4-7, 3.5, 5. */
const VERSION = /(?<![\d.])(\d{1,2})(?:[.-](\d{1,2}))?(?!\d)/;

/**
 * From version 4.7 on, whatever the family: Opus 4.7, Sonnet 5, Haiku 5.5. A name without a version counts as newer,
 * so that it is rather estimated too high than too low.
 */
export function claudeGeneration(model: string): ClaudeGeneration {
  const start = model.indexOf('claude');
  const version = VERSION.exec(start < 0 ? model : model.slice(start));
  if (version === null) return NEWER;
  const [, major = '', minor = '0'] = version;
  return Number(major) * 100 + Number(minor) >= 407 ? NEWER : OLDER;
}
