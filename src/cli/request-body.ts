import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { describeJsonError } from '../estimate/json-error.ts';
import type { EstimateRequest } from '../estimate/types.ts';

/** A file or a command line that cannot be used. */
export class UsageError extends Error {}

export type Body = Readonly<Record<string, unknown>>;

/** Reads a request body, a list of messages, or a text; `-` is standard input. */
export async function readRequestBody(file: string): Promise<Body> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8').catch(explain);
  if (content.includes('\0')) throw new UsageError('this is not a text file');
  if (content.trim() === '') throw new UsageError('there is nothing in it');
  return bodyIn(file, content.replace(/^\uFEFF/, ''));
}

function explain(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT') throw new UsageError('no such file');
  if (error.code === 'EISDIR') throw new UsageError('this is a folder');
  throw new UsageError(error.message);
}

/** What is not named .json and is no request is text, even if it looks like JSON. */
function bodyIn(file: string, content: string): Body {
  const mustBeJson = file.endsWith('.json');
  try {
    const value: unknown = JSON.parse(content);
    if (Array.isArray(value) && (mustBeJson || value.every(hasRole))) return { messages: value };
    if (typeof value === 'object' && value !== null && ('messages' in value || 'input' in value))
      return { ...value };
  } catch (error) {
    if (mustBeJson) throw new UsageError(`broken JSON, ${describeJsonError(content, error as Error)}`);
  }
  if (mustBeJson) throw new UsageError('this is no request: it has neither messages nor input');
  return { messages: [{ role: 'user', content }] };
}

function hasRole(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'role' in value;
}

/** The member of an estimate that each of these members of a body is. */
const MEMBERS: Readonly<Record<string, keyof EstimateRequest>> = {
  messages: 'messages',
  input: 'input',
  system: 'system',
  instructions: 'instructions',
  tools: 'tools',
  max_tokens: 'maxOutputTokens',
  max_output_tokens: 'maxOutputTokens',
  max_completion_tokens: 'maxOutputTokens',
  n: 'answers',
  best_of: 'answers',
  prediction: 'prediction',
  service_tier: 'serviceTier',
  speed: 'speed',
  inference_geo: 'inferenceGeo',
};

/** Members that make no call dearer than its messages and its limits do. */
const WITHOUT_COST: ReadonlySet<string> = new Set([
  ...['model', 'stream', 'stream_options', 'store', 'background', 'include', 'metadata', 'user', 'seed'],
  ...['temperature', 'top_p', 'top_k', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs'],
  ...['top_logprobs', 'stop', 'stop_sequences', 'reasoning', 'reasoning_effort', 'thinking', 'verbosity'],
  ...['tool_choice', 'parallel_tool_calls', 'max_tool_calls', 'truncation', 'modalities', 'dimensions'],
  ...['encoding_format', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_options', 'betas'],
  ...['prompt_cache_retention', 'cache_control', 'user_profile_id', 'workspace_id', 'diagnostics'],
]);

/** What a body says of its cost, as `estimateCost` takes it; where two members say the same, the later one counts. */
export function readMembers(body: Body): Partial<Record<keyof EstimateRequest, unknown>> {
  const members = Object.entries(MEMBERS).flatMap(([name, member]) =>
    isGiven(body[name]) ? [[member, body[name]]] : [],
  );
  return Object.fromEntries(members) as Partial<Record<keyof EstimateRequest, unknown>>;
}

/** The members that may add tokens or fees, and are not understood here. */
export function notCounted(body: Body): string[] {
  return Object.keys(body).filter(
    (name) => isGiven(body[name]) && !Object.hasOwn(MEMBERS, name) && !WITHOUT_COST.has(name),
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
