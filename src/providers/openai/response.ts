import { type Fields, fieldsOf, text, textsOf } from '../fields.ts';
import type { Attributes, ResponseFacts } from '../types.ts';
import { hostedTools } from './tools.ts';
import { readOpenAIUsage } from './usage.ts';

/** Chat completions, legacy completions and embeddings share `id`, `model`, `choices` and `usage`. */
export function completion(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  return {
    id: text(fields.id),
    model: text(fields.model),
    finishReasons: textsOf(fields.choices, 'finish_reason'),
    usage: readOpenAIUsage(rawUsage, { serviceTier: fields.service_tier }),
    rawUsage,
    attributes: responseAttributes(fields),
  };
}

/** A `Response`, also as the last event of a stream carries it, and what `compact` returns. */
export function response(body: unknown): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const rawUsage = fields.usage;
  const status = text(fields.status);
  const id = text(fields.id);
  const goesOn = status === 'queued' || status === 'in_progress';
  return {
    id,
    model: text(fields.model),
    finishReasons: status === undefined ? [] : [text(fieldsOf(fields.incomplete_details).reason) ?? status],
    usage: readOpenAIUsage(rawUsage, {
      serviceTier: fields.service_tier,
      ...hostedTools(fields),
    }),
    rawUsage,
    attributes: responseAttributes(fields),
    errorType: status === 'failed' ? (errorCode(fields) ?? 'response_failed') : undefined,
    ...(fields.background === true && { [goesOn ? 'deferred' : 'retrievable']: id }),
  };
}

/** Realtime's answers have their error in the details of their status. */
function errorCode({ error, status_details }: Fields): string | undefined {
  return text(fieldsOf(error ?? fieldsOf(status_details).error).code);
}

function responseAttributes(fields: Fields): Attributes {
  return {
    'openai.response.service_tier': text(fields.service_tier),
    'openai.response.system_fingerprint': text(fields.system_fingerprint),
  };
}
