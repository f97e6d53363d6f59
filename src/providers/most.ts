import { fieldsOf } from './fields.ts';
import type { Params } from './types.ts';

/** The most that a call can use, as its request says. All are upper bounds. */
export interface Most {
  readonly inputTokens: number;
  /** Of all answers together. */
  readonly outputTokens: number;
  /** Some of the input may be charged as written to a cache. */
  readonly writesCache: boolean;
  readonly serviceTier?: string | undefined;
  readonly speed?: string | undefined;
  readonly region?: string | undefined;
}

/** The longest input that models take: for what a request only refers to. */
export const LONGEST_INPUT = 1_050_000;
/** No model counts more tokens for an image, whatever its size. */
const MOST_OF_AN_IMAGE = 20_000;
/** Names, brackets and roles around each value. */
const AROUND_A_VALUE = 8;
/** A second of sound is at most 20 tokens, and at least 2,000 characters of base64. */
const CHARACTERS_OF_A_SOUND_TOKEN = 100;

const IMAGES: ReadonlySet<string> = new Set(['image_url', 'input_image', 'image']);
const SOUNDS: ReadonlySet<string> = new Set(['input_audio']);
/** What stands for something that is elsewhere, or encoded, and of any length. */
const REFERENCES: ReadonlySet<string> = new Set([
  'file_id',
  'file_data',
  'file_url',
  'document',
  'encrypted_content',
]);

/** A token is at least a byte, of text. What is not text has a bound of its own. */
export function mostInputTokens(prompt: unknown): number {
  let tokens = 0;
  const seen = new Set<object>();
  const stack = [prompt];
  while (stack.length > 0) {
    const value = stack.pop();
    tokens += AROUND_A_VALUE;
    if (typeof value === 'string') tokens += Buffer.byteLength(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const kind = (value as { type?: unknown }).type;
    for (const [name, member] of Object.entries(value)) {
      if (IMAGES.has(name) || (name === 'source' && kind === 'image')) tokens += MOST_OF_AN_IMAGE;
      else if (SOUNDS.has(name)) tokens += lengthOf(member) / CHARACTERS_OF_A_SOUND_TOKEN;
      else if (REFERENCES.has(name) || (name === 'source' && kind === 'document')) tokens += LONGEST_INPUT;
      else {
        tokens += name.length;
        stack.push(member);
      }
    }
  }
  return Math.min(Math.ceil(tokens), LONGEST_INPUT);
}

/** Whether some object in a value has a member of this name. */
export function mentions(value: unknown, name: string): boolean {
  const seen = new Set<object>();
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    if ((next as Record<string, unknown>)[name] != null) return true;
    seen.add(next);
    stack.push(...Object.values(next));
  }
  return false;
}

function lengthOf(sound: unknown): number {
  const { data } = fieldsOf(sound);
  return typeof data === 'string' ? data.length : LONGEST_INPUT;
}

/** A whole number of tokens or answers that a request names. */
export function countIn(params: Params, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = params[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.ceil(value);
  }
  return undefined;
}
