import type { TokenClass } from '../../src/pricing/types.ts';
import type { UsdRates } from './overlay.ts';
import type { SourceKey } from './sources.ts';

export type Fraction = readonly [numerator: number, denominator: number];

/**
 * Rates of a tier: stated ones, for short context only, or a multiple of the standard ones, below and
 * above the long-context threshold. The table has the products.
 */
export interface TierRule {
  readonly provider: string;
  /** Every name that answers use for the tier. */
  readonly tiers: readonly string[];
  readonly models: readonly string[];
  readonly source: SourceKey;
  readonly times?: Fraction;
  /** The classes that the multiple holds for; left out: all. */
  readonly classes?: readonly TokenClass[];
  readonly rates?: UsdRates;
}

const HALF: Fraction = [1, 2];
const TEXT: readonly TokenClass[] = ['input', 'output'];
// OpenAI renamed priority processing to fast mode on 2026-07-30; answers name either.
const FAST = ['priority', 'fast'];

const GPT_5_6_AND_6 = [
  'gpt-5.6-luna',
  'gpt-5.6-sol',
  'gpt-5.6-terra',
  'gpt-6-astra',
  'gpt-6-luna',
  'gpt-6-sol',
  'gpt-6.1-sol',
  'gpt-6.1-terra',
  'gpt-6.2-sol',
];
const GPT_5 = [
  'gpt-5',
  'gpt-5-mini',
  'gpt-5-nano',
  'gpt-5.1',
  'gpt-5.2',
  'gpt-5.4',
  'gpt-5.4-mini',
  'gpt-5.4-nano',
  'gpt-5.5',
];
const PRO = ['gpt-5.4-pro', 'gpt-5.5-pro'];
const BEFORE_GPT_5 = [
  'computer-use',
  'gpt-3.5-turbo',
  'gpt-3.5-turbo-1106',
  'gpt-3.5-turbo-16k',
  'gpt-4',
  'gpt-4-32k',
  'gpt-4-turbo',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-4o',
  'gpt-4o-2024-05-13',
  'gpt-4o-mini',
  'o1',
  'o1-mini',
  'o1-pro',
  'o3',
  'o3-deep-research',
  'o3-mini',
  'o3-pro',
  'o4-mini',
  'o4-mini-deep-research',
  'text-embedding-3-large',
  'text-embedding-3-small',
  'text-embedding-ada-002',
];

const FINE_TUNED = [
  'ft:gpt-3.5-turbo',
  'ft:gpt-4.1',
  'ft:gpt-4.1-mini',
  'ft:gpt-4.1-nano',
  'ft:gpt-4o',
  'ft:gpt-4o-mini',
  'ft:o4-mini',
];

function half(
  tier: string,
  source: SourceKey,
  models: readonly string[],
  classes?: readonly TokenClass[],
): TierRule {
  return {
    provider: 'openai',
    tiers: [tier],
    models,
    source,
    times: HALF,
    ...(classes && { classes }),
  };
}

function priority(
  model: string,
  input: number,
  cacheRead: number | undefined,
  output: number,
  source: SourceKey = 'openai-priority',
): TierRule {
  const rates = { input, output, ...(cacheRead !== undefined && { cacheRead }) };
  return { provider: 'openai', tiers: FAST, models: [model], source, rates };
}

export const tierRules: readonly TierRule[] = [
  half('batch', 'openai-batch', [
    ...GPT_5,
    ...GPT_5_6_AND_6,
    ...BEFORE_GPT_5,
    ...PRO,
    'codex-auto-review',
    'gpt-5-pro',
    'gpt-5.2-pro',
  ]),
  // No source has cached input of these in a batch.
  half('batch', 'openai-batch', FINE_TUNED, TEXT),
  half('flex', 'openai-flex', [...GPT_5, ...GPT_5_6_AND_6, ...PRO, 'codex-auto-review', 'o3', 'o4-mini']),
  {
    provider: 'openai',
    tiers: FAST,
    models: GPT_5_6_AND_6,
    source: 'openai-fast',
    times: [2, 1],
  },
  priority('codex-auto-review', 10, 1, 60, 'catalogue'),
  priority('gpt-4.1', 3.5, 0.875, 14),
  priority('gpt-4.1-mini', 0.7, 0.175, 2.8),
  priority('gpt-4.1-nano', 0.2, 0.05, 0.8),
  priority('gpt-4o', 4.25, 2.125, 17),
  priority('gpt-4o-2024-05-13', 8.75, undefined, 26.25),
  priority('gpt-4o-mini', 0.25, 0.125, 1),
  priority('gpt-5', 2.5, 0.25, 20),
  priority('gpt-5-mini', 0.45, 0.045, 3.6),
  priority('gpt-5.1', 2.5, 0.25, 20),
  priority('gpt-5.1-codex-mini', 0.45, 0.045, 3.6, 'catalogue'),
  priority('gpt-5.2', 3.5, 0.35, 28),
  priority('gpt-5.3', 3.5, 0.35, 28, 'catalogue'),
  priority('gpt-5.3-codex', 3.5, 0.35, 28, 'catalogue'),
  priority('gpt-5.3-codex-spark', 3.5, 0.35, 28, 'catalogue'),
  priority('gpt-5.4', 5, 0.5, 30),
  priority('gpt-5.4-mini', 1.5, 0.15, 9),
  priority('gpt-5.5', 12.5, 1.25, 75),
  priority('o3', 3.5, 0.875, 14),
  priority('o4-mini', 2, 0.5, 8),
];

/** Factors on every token price, long context included, which combine: batch or fast, and regional. */
export interface ClaudeFactors {
  readonly fast?: Fraction;
  readonly regional: Fraction;
}

const SAME: Fraction = [1, 1];
const TENTH_MORE: Fraction = [11, 10];

/** Sources: `anthropic-fast`, `anthropic-regional`. A Claude model that is not listed fails the script. */
export const claudeFactors: Readonly<Record<string, ClaudeFactors>> = {
  'claude-2': { regional: SAME },
  'claude-3-5-haiku-latest': { regional: SAME },
  'claude-3-5-sonnet': { regional: SAME },
  'claude-3-7-sonnet-latest': { regional: SAME },
  'claude-3-haiku': { regional: SAME },
  'claude-3-opus-latest': { regional: SAME },
  'claude-3-sonnet': { regional: SAME },
  'claude-fable-5': { regional: TENTH_MORE },
  'claude-fable-5-1': { regional: TENTH_MORE },
  'claude-fable-5-2': { regional: TENTH_MORE },
  'claude-haiku-4-5': { regional: TENTH_MORE },
  'claude-haiku-5-5': { regional: TENTH_MORE },
  'claude-mythos-5': { regional: TENTH_MORE },
  'claude-mythos-5-1': { regional: TENTH_MORE },
  'claude-opus-4-0': { regional: SAME },
  'claude-opus-4-1': { regional: SAME },
  'claude-opus-4-5': { regional: TENTH_MORE },
  'claude-opus-4-6': { regional: TENTH_MORE, fast: [6, 1] },
  'claude-opus-4-7': { regional: TENTH_MORE, fast: [6, 1] },
  'claude-opus-4-8': { regional: TENTH_MORE, fast: [2, 1] },
  'claude-opus-5': { regional: TENTH_MORE, fast: [2, 1] },
  'claude-opus-5-5': { regional: TENTH_MORE, fast: [2, 1] },
  'claude-sonnet-4-0': { regional: SAME },
  'claude-sonnet-4-5': { regional: TENTH_MORE },
  'claude-sonnet-4-6': { regional: TENTH_MORE },
  'claude-sonnet-5': { regional: TENTH_MORE },
  'claude-sonnet-5-5': { regional: TENTH_MORE },
  'claude-v1': { regional: SAME },
};

/** USD per call, for every model of the provider; genai-prices adds what it has per model. */
export const toolFees: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  anthropic: { web_search: 0.01, web_fetch: 0 },
  openai: { file_search: 0.0025, web_search: 0.01 },
};
