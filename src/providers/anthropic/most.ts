import { fieldsOf, text } from '../fields.ts';
import { countIn, LONGEST_INPUT, type Most, mentions, mostInputTokens } from '../most.ts';
import type { Params } from '../types.ts';

/** Requests have to name a limit; this is for those that do not. */
const HIGHEST_OUTPUT_LIMIT = 128_000;

export function most(params: Params): Most {
  const { system, messages, tools, prompt } = params;
  // Tools that Anthropic runs have a version in their type, and bring what they find into the call.
  const isFed = Array.isArray(tools) && tools.some((tool) => /_\d{8}$/.test(String(fieldsOf(tool).type)));
  return {
    inputTokens: isFed ? LONGEST_INPUT : mostInputTokens([system, messages, tools, prompt]),
    outputTokens: countIn(params, 'max_tokens', 'max_tokens_to_sample') ?? HIGHEST_OUTPUT_LIMIT,
    writesCache: mentions([params, system, messages, tools], 'cache_control'),
    speed: text(params.speed),
    region: text(params.inference_geo),
  };
}
