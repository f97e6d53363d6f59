import * as v from 'valibot';
import type { PriceOptions } from '../pricing/overrides.ts';
import { EstimateError } from './errors.ts';
import type { EstimateRequest, TokenCountingClient } from './types.ts';

type Check = (value: unknown) => boolean;
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf = (check: Check) => (value: unknown) =>
  Array.isArray(value) && value.every((one) => check(one));
const isToken: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Lists may be long, and their elements have many shapes: looked at in one pass, and not copied. */
const isMessages = isListOf(isObject);
const isText: Check = (value) => typeof value === 'string';
const isInput: Check = (value) =>
  isText(value) ||
  isMessages(value) ||
  isListOf(isText)(value) ||
  isListOf(isToken)(value) ||
  isTokenLists(value);
const isTokenLists = isListOf(isListOf(isToken));
const isDuration: Check = (value) => Number.isFinite(value) && (value as number) > 0;
/** Not by its class: a signal may come from elsewhere. */
const isSignal: Check = (value) => typeof (value as AbortSignal | undefined)?.aborted === 'boolean';
const isClient: Check = (value) => {
  const messages = (value as TokenCountingClient | undefined)?.messages;
  return typeof messages?.countTokens === 'function';
};

const value = <T>(check: Check, expected: string) => v.optional(v.custom<T>(check, expected));
const TOKENS = 'a whole number of tokens, 0 or more';

const RequestSchema = v.strictObject({
  provider: v.picklist(['openai', 'anthropic'], '"openai" or "anthropic"'),
  model: v.pipe(v.string('the name of a model'), v.nonEmpty('the name of a model')),
  messages: value<readonly object[]>(isMessages, 'a list of messages'),
  input: value<string | readonly unknown[]>(isInput, 'a text, or a list of items, of texts or of tokens'),
  system: value<string | readonly object[]>(
    (one) => isText(one) || isMessages(one),
    'a text or a list of text blocks',
  ),
  instructions: v.nullish(v.string('a text')),
  tools: value<readonly object[]>(isMessages, 'a list of tools'),
  maxOutputTokens: value<number>(isToken, TOKENS),
  client: value<TokenCountingClient>(isClient, 'an Anthropic client, with messages.countTokens'),
  answers: value<number>((one) => isToken(one) && one !== 0, 'a whole number of answers, 1 or more'),
  prediction: v.nullish(v.custom<object>(isObject, 'an object with the content that is predicted')),
  serviceTier: v.nullish(v.string('the name of a tier')),
  speed: v.nullish(v.string('the name of a speed')),
  inferenceGeo: v.nullish(v.string('the name of a region')),
  timeoutSeconds: value<number>(isDuration, 'a number of seconds above 0'),
  signal: value<AbortSignal>(isSignal, 'an AbortSignal'),
  at: v.optional(v.date('a valid date')),
  prices: value<PriceOptions>(isObject, 'an object with prices of your own'),
});

/** The members that only one provider has, and the one of which exactly one must be given. */
const MEMBERS = {
  openai: { foreign: ['system', 'client', 'speed', 'inferenceGeo'], content: ['messages', 'input'] },
  anthropic: { foreign: ['input', 'instructions', 'answers', 'prediction'], content: ['messages'] },
} as const;

/** Throws an EstimateError that names every member that cannot be used. */
export function checkRequest(given: unknown): EstimateRequest {
  const parsed = v.safeParse(RequestSchema, given);
  if (!parsed.success) throw new EstimateError(parsed.issues.map(sentence));
  const request = parsed.output;
  const { foreign, content } = MEMBERS[request.provider];
  const problems = foreign
    .filter((member) => (request[member] ?? undefined) !== undefined)
    .map((member) => `${member}: not a member of calls to ${request.provider}`);
  if (content.filter((member) => request[member] !== undefined).length !== 1)
    problems.push(
      `${content.join(' or ')}: expected ${content.length > 1 ? 'one of them' : 'a list of messages'}`,
    );
  if (problems.length > 0) throw new EstimateError(problems);
  return request;
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const member = (issue.path ?? []).map((step) => String(step.key)).join('.');
  if (member === '') return `got ${quote(issue.input)}, expected an object`;
  if (issue.type === 'strict_object') {
    return issue.expected === 'never' ? `${member}: no such member` : `${member}: missing`;
  }
  return `${member}: got ${quote(issue.input)}, expected ${issue.message}`;
}

/** Short: what is quoted may be a conversation. */
function quote(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return value instanceof Date ? String(value) : 'an object';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}
