import type { Usage } from '../../usage.ts';
import { fieldsOf, text } from '../fields.ts';
import type { Params, ResponseFacts } from '../types.ts';
import { transcription } from './audio.ts';
import { images, readImageUsage } from './images.ts';
import { completion, response } from './response.ts';
import { batchUsage } from './retrievals.ts';
import { readOpenAIUsage } from './usage.ts';

/** The usage object of any endpoint; which one it is of shows in its members. */
export function readAnyUsage(raw: unknown): Usage | undefined {
  const { type, input_tokens_details: details } = fieldsOf(raw);
  if (type === 'duration') return transcription({ usage: raw }).usage;
  const { image_tokens, text_tokens, cached_tokens } = fieldsOf(details);
  const isOfImages = (image_tokens ?? text_tokens) !== undefined && cached_tokens === undefined;
  return isOfImages ? readImageUsage(raw) : readOpenAIUsage(raw);
}

/** The body of any endpoint's answer. */
export function readAnswer(body: unknown, params: Params): ResponseFacts | undefined {
  const fields = fieldsOf(body);
  const { object, usage, choices, data } = fields;
  if (object === 'batch') return { model: text(fields.model), usage: batchUsage(usage), rawUsage: usage };
  if (Array.isArray(fields.output)) return response(body);
  if (typeof fields.text === 'string' && choices === undefined) return transcription(body);
  if (Array.isArray(data) && object === undefined) return images(body, params);
  return completion(body);
}
