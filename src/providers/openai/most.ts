import { fieldsOf, MOST_OF_A_CALL } from '../fields.ts';
import {
  areFed,
  countIn,
  LONGEST_INPUT,
  LONGEST_OUTPUT,
  type Most,
  mostInputTokens,
  readingOfRequest,
  type Served,
} from '../most.ts';
import type { Params } from '../types.ts';

/** Output limits of models, by how their names begin; the longest that fits counts. From the models' pages, 2026-11. */
const OUTPUT_LIMITS: readonly [name: string, tokens: number][] = [
  ['gpt-3.5', 4096],
  ['gpt-3.5-turbo-16k', 16_384],
  ['gpt-4', 8192],
  ['gpt-4-32k', 32_768],
  ['gpt-4-turbo', 4096],
  ['gpt-4-1106', 4096],
  ['gpt-4-0125', 4096],
  ['gpt-4o', 16_384],
  ['gpt-4o-64k', 65_536],
  ['gpt-4.1', 32_768],
  ['gpt-4.5', 16_384],
  ['chatgpt-4o', 16_384],
  ['gpt-audio', 16_384],
  ['o1', 100_000],
  ['o1-mini', 65_536],
  ['o1-preview', 32_768],
  ['o3', 100_000],
  ['o4', 100_000],
  ['gpt-5', 128_000],
  ['gpt-5-pro', 272_000],
  ['gpt-6', 128_000],
];

/** An image in high detail: 2,833 tokens and 5,667 for each of eight tiles. Other models count far fewer. */
const MOST_OF_AN_IMAGE: readonly [name: string, tokens: number][] = [['gpt-4o-mini', 48_169]];

const OWN_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);
/** What is written to a cache lives for half an hour, if a request does not name the other time. */
const CACHE_LIFETIMES = ['30m', '12h'] as const;
/** What brings in more than a request holds. */
const FED_BY = [
  'previous_response_id',
  'conversation',
  'web_search_options',
  'data_sources',
  'context_management',
];

/** `params.model` is the model behind a deployment. */
export function most(params: Params): Most {
  const answers = Math.max(countIn(params, 'n') ?? 1, countIn(params, 'best_of') ?? 1);
  const limit =
    countIn(params, 'max_completion_tokens', 'max_output_tokens', 'max_tokens') ??
    longestOf(OUTPUT_LIMITS, params.model) ??
    LONGEST_OUTPUT;
  const predicted = params.prediction == null ? 0 : mostInputTokens(params.prediction);
  const { tokens, hasSound } = readingOfRequest(params, longestOf(MOST_OF_AN_IMAGE, params.model));
  const isFed =
    FED_BY.some((name) => params[name] != null) ||
    fieldsOf(params.prompt).id !== undefined ||
    areFed(params.tools, OWN_TOOLS);
  return {
    inputTokens: isFed ? LONGEST_INPUT : tokens,
    outputTokens: Math.min(answers * (limit + predicted), MOST_OF_A_CALL),
    cacheLifetimes: CACHE_LIFETIMES,
    hasSound: hasSound || speaks(params),
    served: tiersOf(params.service_tier).map((serviceTier) => ({ serviceTier })),
  };
}

/** Embeddings have no output. */
export function mostOfEmbeddings(params: Params): Most {
  const served: readonly Served[] = [{}];
  const inputTokens = mostInputTokens(params.input);
  return { inputTokens, outputTokens: 0, cacheLifetimes: [], hasSound: false, served };
}

function longestOf(limits: readonly [name: string, tokens: number][], model: unknown): number | undefined {
  const name = typeof model === 'string' ? model.replace(/^.*\//, '').replace(/^ft:/, '') : '';
  let found: readonly [string, number] | undefined;
  for (const limit of limits) {
    if (name.startsWith(limit[0]) && limit[0].length > (found?.[0].length ?? 0)) found = limit;
  }
  return found?.[1];
}

function speaks({ modalities, audio }: Params): boolean {
  return audio != null || (Array.isArray(modalities) && modalities.includes('audio'));
}

/** The tiers that an answer may come from: a request that names none leaves it to a setting of the project. */
function tiersOf(tier: unknown): readonly string[] {
  if (tier == null || tier === 'auto') return ['default', 'priority'];
  if (tier === 'fast') return ['default', 'priority', 'fast'];
  return typeof tier === 'string' && tier !== 'default' ? ['default', tier] : ['default'];
}
