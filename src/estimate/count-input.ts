import { readAnthropicRequest } from './anthropic.ts';
import { claudeGeneration } from './claude-generation.ts';
import { countTexts, guessTokens } from './count.ts';
import { isEmbedding, readOpenaiRequest } from './openai.ts';
import { encodingOf, type Tokenizer, type TokenizerLoader, whyNotLoaded } from './tokenizer.ts';
import type { EstimateMethod, EstimateRequest, TokenCountingClient, UnknownPart } from './types.ts';

export interface InputCount {
  readonly inputTokens: number;
  /** Part of `inputTokens`. */
  readonly imageTokens: number;
  readonly method: EstimateMethod;
  readonly fallbackReason: string | undefined;
  readonly unknown: readonly UnknownPart[];
  /** False for calls whose answer has no tokens: embeddings. */
  readonly answers: boolean;
}

export function countInput(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  return COUNTERS[request.provider](request, load);
}

const COUNTERS = { openai: countForOpenai, anthropic: countForAnthropic };

async function countForOpenai(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  const { tokenizer, problem } = await tryToLoad(() => load(encodingOf(request.model)));
  const prompt = readOpenaiRequest(request, tokenizer?.formatFunctions);
  const textTokens = await countWith(tokenizer, prompt.texts);
  return {
    inputTokens: textTokens + prompt.overheadTokens + prompt.imageTokens,
    imageTokens: prompt.imageTokens,
    method: tokenizer ? 'gpt-tokenizer' : 'heuristic',
    fallbackReason: problem,
    unknown: prompt.unknown,
    answers: request.messages !== undefined || !isEmbedding(request),
  };
}

async function countForAnthropic(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  const asked = request.client && (await ask(request.client, request));
  if (typeof asked === 'number') {
    const method = 'count_tokens';
    return {
      inputTokens: asked,
      imageTokens: 0,
      method,
      fallbackReason: undefined,
      unknown: [],
      answers: true,
    };
  }
  const { tokenizer, problem } = await tryToLoad(() => load('o200k_base'));
  const prompt = readAnthropicRequest(request);
  const textTokens = await countWith(tokenizer, prompt.texts);
  const { tokensPerToken } = claudeGeneration(request.model);
  return {
    inputTokens: Math.ceil(textTokens * tokensPerToken) + prompt.overheadTokens + prompt.imageTokens,
    imageTokens: prompt.imageTokens,
    method: 'heuristic',
    fallbackReason: [asked, problem].filter((reason) => reason !== undefined).join('; ') || undefined,
    unknown: prompt.unknown,
    answers: true,
  };
}

/** The count, or why there is none. */
async function ask(client: TokenCountingClient, request: EstimateRequest): Promise<number | string> {
  const { model, messages, system, tools } = request;
  const body = { model, messages, ...(system !== undefined && { system }), ...(tools && { tools }) };
  try {
    const answer = (await client.messages.countTokens(body as never)) as
      | { input_tokens?: unknown }
      | undefined;
    const tokens = answer?.input_tokens;
    if (Number.isSafeInteger(tokens) && (tokens as number) >= 0) return tokens as number;
    return 'countTokens failed: its answer has no count';
  } catch (error) {
    return `countTokens failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function tryToLoad(
  load: () => Promise<Tokenizer>,
): Promise<{ readonly tokenizer?: Tokenizer; readonly problem?: string }> {
  try {
    return { tokenizer: await load() };
  } catch (error) {
    return { problem: whyNotLoaded(error) };
  }
}

function countWith(tokenizer: Tokenizer | undefined, texts: readonly string[]): Promise<number> {
  return tokenizer ? countTexts(texts, (piece) => tokenizer.count(piece)) : guessTokens(texts);
}
