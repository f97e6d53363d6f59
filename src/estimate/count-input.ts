import { readAnthropicRequest } from './anthropic.ts';
import { askProvider } from './ask-provider.ts';
import { claudeGeneration } from './claude-generation.ts';
import { countTexts, guessTokens } from './count.ts';
import { inTurns } from './in-turns.ts';
import { knownName } from './known-name.ts';
import { isEmbedding, readOpenaiRequest, readPrediction } from './openai.ts';
import { encodingOf, type Tokenizer, type TokenizerLoader, whyNotLoaded } from './tokenizer.ts';
import type { EstimateMethod, EstimateRequest, UnknownPart } from './types.ts';

export interface InputCount {
  readonly inputTokens: number;
  /** Part of `inputTokens`. */
  readonly imageTokens: number;
  /** Of the text that the request predicts of its answer; not a part of `inputTokens`. */
  readonly predictedTokens: number;
  readonly method: EstimateMethod;
  readonly fallbackReason: string | undefined;
  readonly unknown: readonly UnknownPart[];
  /** False for calls whose answer has no tokens: embeddings. */
  readonly hasAnswer: boolean;
}

export function countInput(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  return COUNTERS[request.provider](request, load);
}

const COUNTERS = { openai: countForOpenai, anthropic: countForAnthropic };

async function countForOpenai(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  const model = knownName(request);
  const { tokenizer, problem } = await tryToLoad(() => load(encodingOf(model)));
  const prompt = await inTurns(readOpenaiRequest(request, model, tokenizer?.formatFunctions));
  const prediction = await inTurns(readPrediction(request));
  const textTokens = await countWith(tokenizer, prompt.texts);
  return {
    inputTokens: textTokens + prompt.overheadTokens + prompt.imageTokens,
    imageTokens: prompt.imageTokens,
    predictedTokens: await countWith(tokenizer, prediction.texts),
    method: tokenizer ? 'gpt-tokenizer' : 'heuristic',
    fallbackReason: problem,
    unknown: [...prompt.unknown, ...prediction.unknown],
    hasAnswer: request.messages !== undefined || !isEmbedding(request),
  };
}

async function countForAnthropic(request: EstimateRequest, load: TokenizerLoader): Promise<InputCount> {
  const nothingElse = { imageTokens: 0, predictedTokens: 0, unknown: [], hasAnswer: true };
  const asked = request.client && (await askProvider(request.client, request));
  if (typeof asked === 'number') {
    return { ...nothingElse, inputTokens: asked, method: 'count_tokens', fallbackReason: undefined };
  }
  const model = knownName(request);
  const { tokenizer, problem } = await tryToLoad(() => load('o200k_base'));
  const prompt = await inTurns(readAnthropicRequest(request, model));
  const textTokens = await countWith(tokenizer, prompt.texts);
  const { tokensPerToken } = claudeGeneration(model);
  return {
    ...nothingElse,
    inputTokens: Math.ceil(textTokens * tokensPerToken) + prompt.overheadTokens + prompt.imageTokens,
    imageTokens: prompt.imageTokens,
    method: 'heuristic',
    fallbackReason: [asked, problem].filter((reason) => reason !== undefined).join('; ') || undefined,
    unknown: prompt.unknown,
  };
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
