import { crc32 } from 'node:zlib';
import { isObject, type JsonObject, listAt, numberAt, stringAt } from '../../test/provider/json.ts';
import type { Scenario } from '../../test/provider/scenarios.ts';
import type { ReceivedRequest } from '../../test/provider/types.ts';
import { PromptCache } from './prompt-cache.ts';
import { Random } from './random.ts';

interface Speed {
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly requestsPerSecond?: number;
}

const DEFAULT_SPEED: Speed = { firstTokenMs: 350, tokensPerSecond: 150 };

/** Real models are about half as fast; a demo is short. */
const speeds: Readonly<Record<string, Speed>> = {
  'claude-opus-4-5': { firstTokenMs: 700, tokensPerSecond: 110 },
  'claude-sonnet-4-6': { firstTokenMs: 450, tokensPerSecond: 180 },
  'claude-haiku-4-5': { firstTokenMs: 220, tokensPerSecond: 300, requestsPerSecond: 5 },
  'gpt-4.1-mini': { firstTokenMs: 220, tokensPerSecond: 280 },
  'o4-mini': { firstTokenMs: 500, tokensPerSecond: 300 },
  'text-embedding-3-small': { firstTokenMs: 80, tokensPerSecond: 1000 },
};

const CHARACTERS_PER_TOKEN = 4;
/** OpenAI caches prompts from here on, in steps. */
const OPENAI_CACHE_MINIMUM = 1024;
const OPENAI_CACHE_STEP = 128;
const REASONING_SHARE = 0.6;

/** Makes the simulated provider as fast, as forgetful and as strict as real ones, in believable numbers. */
export function createBehaviour(seed: number): (request: ReceivedRequest) => Scenario {
  const cache = new PromptCache();
  const isAboveLimit = createRateLimit();

  return ({ path, body, rawBody }) => {
    // From the request, not from a sequence: who asks first depends on the machine.
    const random = new Random(seed ^ crc32(rawBody));
    const model = stringAt(body, 'model') ?? '';
    const { firstTokenMs, tokensPerSecond, requestsPerSecond } = speeds[model] ?? DEFAULT_SPEED;
    const headersms = Math.round(firstTokenMs * random.between(0.6, 1.6));
    if (isAboveLimit(model, requestsPerSecond)) return { status: 429 };

    const input = path.startsWith('/v1/messages')
      ? anthropicInput(model, body, cache)
      : openaiInput(model, body, cache);
    if (path === '/v1/embeddings') return { in: input.in, headersms };

    const out = Math.max(1, Math.round(outputLimit(body) * random.between(0.3, 1)));
    const reasoning = model.startsWith('o') ? Math.floor(out * REASONING_SHARE) : 0;
    const answerMs = Math.round((1000 * out) / tokensPerSecond);
    const counts = { ...input, out, reasoning };
    if (!isObject(body) || body.stream !== true) return { ...counts, headersms: headersms + answerMs };
    const chunks = Math.min(60, Math.max(4, Math.round(out / 8)));
    return { ...counts, headersms, chunks, delayms: Math.round(answerMs / chunks) };
  };
}

/** Refuses what comes on top of so many requests to one model within a second. */
function createRateLimit(): (model: string, limit: number | undefined) => boolean {
  const recent = new Map<string, number[]>();
  return (model, limit = Number.POSITIVE_INFINITY) => {
    const now = performance.now();
    const times = (recent.get(model) ?? []).filter((time) => now - time < 1000);
    const isAbove = times.length >= limit;
    recent.set(model, isAbove ? times : [...times, now]);
    return isAbove;
  };
}

/** OpenAI caches by itself and counts cached tokens as part of the input. */
function openaiInput(model: string, body: unknown, cache: PromptCache): Scenario & { in: number } {
  const parts = [...listAt(body, 'messages'), ...listAt(body, 'input')].map((part) => JSON.stringify(part));
  const known = tokensIn(cache.take(model, parts));
  const cached = known - (known % OPENAI_CACHE_STEP);
  const total = tokensIn(parts.join('').length);
  return cached < OPENAI_CACHE_MINIMUM ? { in: total } : { in: total, cached };
}

/** Anthropic caches what is marked, and counts what it read and wrote beside the input. */
function anthropicInput(model: string, body: unknown, cache: PromptCache): Scenario & { in: number } {
  const system = listAt(body, 'system').filter((block) => isObject(block) && 'cache_control' in block);
  const marked = system.map((block) => stringAt(block, 'text') ?? '');
  const tokens = tokensIn(marked.join('').length);
  const rest = tokensIn(JSON.stringify(listAt(body, 'messages')).length);
  if (tokens === 0) return { in: rest };
  return cache.take(model, marked) > 0 ? { in: rest, read: tokens } : { in: rest, write5m: tokens };
}

function tokensIn(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function outputLimit(body: unknown): number {
  const names = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'] as const;
  const limits = names.map((name) => numberAt(body as JsonObject, name));
  return limits.find((limit) => limit !== undefined) ?? 100;
}
