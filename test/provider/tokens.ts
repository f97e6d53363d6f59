import { isObject, type JsonObject, numberAt } from './json.ts';
import type { Scenario } from './scenarios.ts';

/** What one generation costs, before either provider's way of writing it down. */
export interface Counts {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly audioInput: number;
  readonly imageInput: number;
  readonly output: number;
  readonly reasoning: number;
  readonly audioOutput: number;
  readonly textOutput: number;
  readonly read: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly searches: number;
}

const MESSAGE_OVERHEAD = 7;
const DEFAULT_OUTPUT_LIMIT = 80;

/** What the model reads. Counts depend on these alone, so `stream` and its options change no count. */
const contentKeys = ['system', 'instructions', 'messages', 'input', 'prompt', 'tools'];

export function countTokens(body: JsonObject, scenario: Scenario, seed: number): Counts {
  const { cached = 0, written = 0, audioin = 0, imagein = 0 } = scenario;
  const { reasoning = 0, audioout = 0, textout = 0 } = scenario;
  const content = contentKeys.map((key) => body[key]);
  const estimate = MESSAGE_OVERHEAD + Math.ceil(weigh(content) / 4);
  return {
    input: scenario.in ?? estimate + cached + written + audioin + imagein,
    cached,
    written,
    audioInput: audioin,
    imageInput: imagein,
    output: scenario.out ?? outputFor(body, content, seed) + reasoning + audioout + textout,
    reasoning,
    audioOutput: audioout,
    textOutput: textout,
    read: scenario.read ?? 0,
    write5m: scenario.write5m ?? 0,
    write1h: scenario.write1h ?? 0,
    searches: scenario.search ?? 0,
  };
}

/** Characters of all text; a number in an input is a token, as in an embeddings input of token ids. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 4;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weigh(item), 0);
  if (isObject(value)) return weigh(Object.values(value));
  return 0;
}

function outputFor(body: JsonObject, content: unknown, seed: number): number {
  const asked =
    numberAt(body, 'max_completion_tokens') ??
    numberAt(body, 'max_output_tokens') ??
    numberAt(body, 'max_tokens') ??
    numberAt(body, 'max_tokens_to_sample') ??
    DEFAULT_OUTPUT_LIMIT;
  const limit = Math.max(1, Math.min(asked, DEFAULT_OUTPUT_LIMIT));
  return 1 + (hash(JSON.stringify(content), seed) % limit);
}

/** FNV-1a. */
function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value;
}
