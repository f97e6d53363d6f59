import type { Usage } from '../usage.ts';
import { fieldsOf, MOST_OF_A_CALL } from './fields.ts';
import type { Params } from './types.ts';

/** The most that a call can use, as its request says. All are upper bounds. */
export interface Most {
  readonly inputTokens: number;
  /** Of all answers together. */
  readonly outputTokens: number;
  /** Some of the input may be charged as written to a cache, for one of these times. */
  readonly cacheLifetimes: readonly string[];
  /** Some of what is read or written may be sound, which has rates of its own. */
  readonly hasSound: boolean;
  /** How the call may be served. */
  readonly served: readonly Served[];
}

export type Served = Pick<Usage, 'serviceTier' | 'speed' | 'region'>;

/** What a model reads of a request. */
interface Reading {
  readonly tokens: number;
  readonly hasSound: boolean;
  readonly asksForCache: boolean;
}

/** The longest input that models take: for what a request only refers to. */
export const LONGEST_INPUT = 1_050_000;
/** No model writes more in one answer. */
export const LONGEST_OUTPUT = 272_000;
/** Instructions of the provider's own, where there are tools or schemas: 530 of Claude 3 Opus are the most that is documented. */
const HIDDEN_PROMPT = 1000;
/** No model counts more tokens for an image, whatever its size, but for those that say so themselves. */
const MOST_OF_AN_IMAGE = 20_000;
/** An answer in sound that is only referred to. */
const MOST_OF_A_SPOKEN_ANSWER = 16_384;
/** A second of sound is at most 20 tokens, and at least 1,000 characters of base64. */
const CHARACTERS_OF_A_SOUND_TOKEN = 50;
/** Names, brackets and roles around each value. */
const AROUND_A_VALUE = 8;
const MOST_OF_A_NUMBER = 24;
/** So many are the longest input by what is around them alone. What is cyclic has more. */
const MOST_VALUES = LONGEST_INPUT / AROUND_A_VALUE;

const ANYTHING: Reading = { tokens: LONGEST_INPUT, hasSound: true, asksForCache: true };

/** Members of a request that do not reach the model, or that are counted otherwise. */
const UNREAD: ReadonlySet<string> = new Set([
  ...[
    'model',
    'stream',
    'stream_options',
    'store',
    'background',
    'include',
    'betas',
    'service_tier',
    'speed',
  ],
  ...['user', 'safety_identifier', 'metadata', 'user_profile_id', 'workspace_id', 'inference_geo'],
  ...['seed', 'temperature', 'top_p', 'top_k', 'logprobs', 'top_logprobs', 'logit_bias', 'truncation'],
  ...['frequency_penalty', 'presence_penalty', 'stop', 'stop_sequences', 'parallel_tool_calls'],
  ...['n', 'best_of', 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_tokens_to_sample'],
  ...['max_tool_calls', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention'],
  ...['prediction', 'modalities', 'audio'],
]);
/** Where there is one of these, the provider may add instructions of its own. */
const INSTRUCTED = ['tools', 'functions', 'response_format', 'text', 'output_config', 'output_format'];

/** What is an image, by its type, and the members that hold it. */
const IMAGES: ReadonlySet<unknown> = new Set([
  ...['image_url', 'input_image', 'computer_screenshot', 'image', 'image_generation_call'],
]);
const HOLD_AN_IMAGE: ReadonlySet<string> = new Set(['image_url', 'file_id', 'source', 'result']);
/** Strings that stand for something that is elsewhere, or encoded, and of any length. */
const REFERENCES: ReadonlySet<string> = new Set([
  ...['file_id', 'file_data', 'file_url', 'document', 'encrypted_content'],
]);
const READABLE_SOURCES: ReadonlySet<unknown> = new Set(['text', 'content']);

/** Of a whole request. `mostOfAnImage` is for models that count more than others. */
export function readingOfRequest(params: Params, mostOfAnImage?: number): Reading {
  try {
    const read = Object.keys(params).filter((name) => !UNREAD.has(name));
    const hidden = INSTRUCTED.some((name) => params[name] != null) ? HIDDEN_PROMPT : 0;
    const reading = walk(Object.fromEntries(read.map((name) => [name, params[name]])), mostOfAnImage);
    return { ...reading, tokens: Math.min(reading.tokens + hidden, LONGEST_INPUT) };
  } catch {
    return ANYTHING;
  }
}

/** A token is at least a byte, of text. What is not text has a bound of its own. */
export function mostInputTokens(prompt: unknown): number {
  try {
    return walk(prompt).tokens;
  } catch {
    // A getter, or a proxy.
    return LONGEST_INPUT;
  }
}

/** What is there twice is sent twice. */
function walk(root: unknown, mostOfAnImage = MOST_OF_AN_IMAGE): Reading {
  let tokens = 0;
  let hasSound = false;
  let asksForCache = false;
  const stack = [root];
  for (let left = MOST_VALUES; stack.length > 0; left--) {
    if (left <= 0) return ANYTHING;
    const value = stack.pop();
    tokens += AROUND_A_VALUE;
    if (typeof value === 'string') tokens += Buffer.byteLength(value);
    else if (typeof value === 'number') tokens += MOST_OF_A_NUMBER;
    if (typeof value !== 'object' || value === null || value instanceof Date) continue;
    if (ArrayBuffer.isView(value) || 'toJSON' in value) return ANYTHING;
    if (Array.isArray(value)) {
      if (value.length > left) return ANYTHING;
      for (let index = 0; index < value.length; index++) stack.push(value[index]);
      continue;
    }
    const fields = fieldsOf(value);
    const names = Object.keys(fields);
    const isImage = IMAGES.has(fields.type);
    if (isImage) tokens += mostOfAnImage;
    if (isReference(fields, names)) tokens += LONGEST_INPUT;
    for (const name of names) {
      const member = fields[name];
      if (member == null) continue;
      tokens += Buffer.byteLength(name);
      asksForCache ||= name === 'cache_control';
      if (isImage && HOLD_AN_IMAGE.has(name)) continue;
      if (name === 'input_audio' && fields.type === name) {
        hasSound = true;
        tokens += lengthOf(member);
      } else if (name === 'audio' && typeof fieldsOf(member).id === 'string') {
        hasSound = true;
        tokens += MOST_OF_A_SPOKEN_ANSWER;
      } else if (typeof member === 'string' && REFERENCES.has(name)) tokens += LONGEST_INPUT;
      else stack.push(member);
    }
  }
  return { tokens: Math.min(Math.ceil(tokens), LONGEST_INPUT), hasSound, asksForCache };
}

/** An item that is named by nothing but its id, or a document that is no text. */
function isReference({ type, id, source }: Params, names: readonly string[]): boolean {
  if (type === 'document') return !READABLE_SOURCES.has(fieldsOf(source).type);
  return type === 'item_reference' || (typeof id === 'string' && type == null && names.length === 1);
}

function lengthOf(sound: unknown): number {
  const { data } = fieldsOf(sound);
  return typeof data === 'string' ? data.length / CHARACTERS_OF_A_SOUND_TOKEN : LONGEST_INPUT;
}

/** A whole number of tokens or answers that a request names. */
export function countIn(params: Params, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = params[name];
    if (typeof value === 'number' && value >= 0) return Math.min(Math.ceil(value), MOST_OF_A_CALL);
  }
  return undefined;
}

/** Whether some tool is none that the app itself runs: the provider's bring what they find into the call. */
export function areFed(tools: unknown, own: ReadonlySet<unknown>): boolean {
  return tools != null && (!Array.isArray(tools) || tools.some((tool) => !own.has(fieldsOf(tool).type)));
}
