import { fieldsOf, textsOf } from '../fields.ts';
import { areFed, countIn, LONGEST_INPUT, type Most, readingOfRequest, type Served } from '../most.ts';
import type { Params } from '../types.ts';

/** Requests have to name a limit; this is for those that do not. */
const HIGHEST_OUTPUT_LIMIT = 128_000;

const OWN_TOOLS: ReadonlySet<unknown> = new Set(['custom', undefined, null]);
const CACHE_LIFETIMES = ['5m', '1h'] as const;
/** What brings in more than a request holds. */
const FED_BY = ['mcp_servers', 'thread', 'compaction'];

export function most(params: Params): Most {
  const { tokens, asksForCache } = readingOfRequest(params);
  const isFed =
    FED_BY.some((name) => params[name] != null) ||
    fieldsOf(params.container).skills != null ||
    textsOf(fieldsOf(params.context_management).edits, 'type').some((type) => type.startsWith('compact')) ||
    areFed(params.tools, OWN_TOOLS);
  return {
    inputTokens: isFed ? LONGEST_INPUT : tokens,
    outputTokens: countIn(params, 'max_tokens', 'max_tokens_to_sample') ?? HIGHEST_OUTPUT_LIMIT,
    cacheLifetimes: asksForCache ? CACHE_LIFETIMES : [],
    hasSound: false,
    served: servedOf(params),
  };
}

/** A request that names no region leaves it to a setting of the workspace; one that asks for speed may not get it. */
function servedOf({ speed, inference_geo }: Params): readonly Served[] {
  const regions = ['global', typeof inference_geo === 'string' ? inference_geo : 'us'];
  const speeds = ['standard', ...(typeof speed === 'string' ? [speed] : [])];
  return regions.flatMap((region) => speeds.map((one) => ({ region, speed: one })));
}
