import { fieldsOf, text } from '../fields.ts';
import { countIn, LONGEST_INPUT, type Most, mostInputTokens } from '../most.ts';
import type { Params } from '../types.ts';
import { prompt } from './request.ts';

/** Output limits of models, by how their names begin; the longest that fits counts. From the models' pages, 2026-11. */
const OUTPUT_LIMITS: readonly [name: string, tokens: number][] = [
  ['gpt-3.5', 4096],
  ['gpt-4', 8192],
  ['gpt-4-turbo', 4096],
  ['gpt-4-1106', 4096],
  ['gpt-4-0125', 4096],
  ['gpt-4o', 16_384],
  ['gpt-4.1', 32_768],
  ['gpt-4.5', 16_384],
  ['chatgpt-4o', 16_384],
  ['o1', 100_000],
  ['o1-mini', 65_536],
  ['o1-preview', 32_768],
  ['o3', 100_000],
  ['o4', 100_000],
  ['gpt-5', 128_000],
];
const HIGHEST_OUTPUT_LIMIT = 128_000;

/** Tools that the app itself runs bring nothing into the call; those that OpenAI runs, what they find. */
const OWN_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);

export function most(params: Params): Most {
  const answers = Math.max(countIn(params, 'n') ?? 1, countIn(params, 'best_of') ?? 1);
  const limit =
    countIn(params, 'max_completion_tokens', 'max_output_tokens', 'max_tokens') ??
    outputLimitOf(params.model);
  const prediction = mostInputTokens(params.prediction);
  const refers =
    params.previous_response_id != null ||
    params.conversation != null ||
    fieldsOf(params.prompt).id !== undefined;
  const tools = Array.isArray(params.tools) ? params.tools : [];
  const isFed = refers || tools.some((tool) => !OWN_TOOLS.has(fieldsOf(tool).type));
  return {
    inputTokens: isFed ? LONGEST_INPUT : mostInputTokens(prompt(params)),
    outputTokens: answers * (limit + (params.prediction == null ? 0 : prediction)),
    writesCache: true,
    serviceTier: tierOf(params.service_tier),
  };
}

/** Embeddings have no output. */
export function mostOfEmbeddings(params: Params): Most {
  return { inputTokens: mostInputTokens(params.input), outputTokens: 0, writesCache: false };
}

function outputLimitOf(model: unknown): number {
  const name = typeof model === 'string' ? model.replace(/^.*[/:](?=[a-z])/, '') : '';
  let found: readonly [string, number] | undefined;
  for (const limit of OUTPUT_LIMITS) {
    if (name.startsWith(limit[0]) && limit[0].length > (found?.[0].length ?? 0)) found = limit;
  }
  return found?.[1] ?? HIGHEST_OUTPUT_LIMIT;
}

function tierOf(tier: unknown): string | undefined {
  return tier === 'auto' ? undefined : text(tier);
}
