import { types } from 'node:util';
import { ConfigError } from '../errors.ts';
import { readAnswer, readUsage } from '../providers/index.ts';
import type { Params } from '../providers/types.ts';
import type { Usage } from '../usage.ts';
import { isUnpriced, usdOf } from './cost.ts';
import type { PriceOptions } from './overrides.ts';
import { bookOf, type PriceBook } from './price.ts';
import type { Confidence, CostClass } from './types.ts';

/** A call that was made. Either its `response`, or what is left of it: `model` and `usage`. */
export interface CostRequest {
  readonly provider: 'openai' | 'anthropic';
  /**
   * The whole answer, as the SDK returned it: of chat, responses, embeddings, messages, images, transcriptions; a
   * batch; or the last event of a stream of responses' `response`. It names the model, the tier, and the tools that
   * OpenAI ran, all of which count.
   */
  readonly response?: unknown;
  /** What the SDK method was given: DALL·E images are charged by the size and quality that only the request names. */
  readonly params?: object | undefined;
  /** As the request names it, where the response does not, or as either does where there is only `usage`. */
  readonly model?: string | undefined;
  /**
   * The usage object as the SDK returned it, of any of these endpoints. What it does not tell is not charged: web
   * searches and other hosted tools of OpenAI's responses are in the response only. Not used where that is given.
   */
  readonly usage?: unknown;
  /** The tier that the response reports; a tier that the response or the usage names itself is used without it. */
  readonly serviceTier?: string | null | undefined;
  /** The call was part of a batch. */
  readonly batch?: boolean | undefined;
  /**
   * When the call was made, since prices change; now, if left out. A date as text begins with `2026-01-31`; a
   * number is milliseconds since 1970.
   */
  readonly at?: Date | string | number | undefined;
  /** Prices of your own, as the option `prices` of `startTokenmeter`. */
  readonly prices?: PriceOptions | undefined;
}

export interface CalculatedCost {
  readonly totalUsd: number;
  /** USD by class, only of those that were used. */
  readonly byClass: Readonly<Partial<Record<CostClass, number>>>;
  /** The table's name of the model. */
  readonly model: string;
  readonly tableVersion: string;
  readonly confidence: Confidence;
}

/**
 * What one call cost, in USD, or undefined when any part of what it says has no known price: a model, a tier or a
 * tool that the table lacks, or counts that are missing, contradict each other or cannot be true, such as more than
 * 1e9 tokens. What the answer holds never makes it throw.
 *
 * Throws a ConfigError, which names every problem, only for `prices` or `at` that cannot be used, or no object.
 *
 * @example
 * const response = await openai.responses.create({ model: 'gpt-5', input, tools: [{ type: 'web_search' }] });
 * calculateCost({ provider: 'openai', response })?.totalUsd; // 0.0123, searches included
 */
export function calculateCost(request: CostRequest): CalculatedCost | undefined {
  if (typeof request !== 'object' || request === null)
    throw new ConfigError([`calculateCost: got ${String(request)}, expected an object`]);
  const book = bookOf(request.prices);
  const at = dateOf(request.at);
  try {
    return calculate(request, book, at);
  } catch {
    // Members of an answer can be accessors, and those can throw.
    return undefined;
  }
}

function calculate(request: CostRequest, book: PriceBook, at: Date | undefined): CalculatedCost | undefined {
  const { provider, response, model: named, usage: raw } = request;
  const facts = response === undefined ? undefined : readAnswer(provider, response, paramsOf(request));
  const usage = response === undefined ? readUsage(provider, raw) : facts?.usage;
  if (usage === undefined || (usage.units?.images && request.params === undefined)) return undefined;

  const tier = request.batch ? 'batch' : request.serviceTier;
  const call = book.price({
    provider,
    model: facts?.model === undefined ? [named] : [facts.model, named],
    usage: tier ? ({ ...usage, serviceTier: tier } satisfies Usage) : usage,
    at,
  });
  if (isUnpriced(call)) return undefined;

  const { totalUsd, byClass } = usdOf(call);
  return {
    totalUsd,
    byClass,
    model: call.model,
    tableVersion: call.tableVersion,
    confidence: call.confidence,
  };
}

function paramsOf({ model, params }: CostRequest): Params {
  return { ...(model !== undefined && { model }), ...params };
}

const EARLIEST_NUMBER = Date.UTC(2001);

/** Seconds, which answers count in, would be days of 1970, when nothing had a price. */
function dateOf(at: unknown): Date | undefined {
  if (at === undefined) return undefined;
  const isDate =
    types.isDate(at) ||
    (typeof at === 'string' && /^\d{4}-\d{2}-\d{2}/.test(at)) ||
    (typeof at === 'number' && at >= EARLIEST_NUMBER);
  const date = new Date(isDate ? (at as Date | string | number) : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  const got = typeof at === 'string' ? JSON.stringify(at) : String(at);
  throw new ConfigError([
    `calculateCost at: got ${got}, expected a Date, text that begins as 2026-01-31, or milliseconds since 1970`,
  ]);
}
