import type { Usage } from '../../usage.ts';
import { fieldsOf, text } from '../fields.ts';
import type { FinishedWork, Operation, Retrieval } from '../types.ts';
import { response } from './response.ts';
import { readOpenAIUsage } from './usage.ts';

const BATCH_ENDED = new Set(['completed', 'expired', 'cancelled']);

const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map([
  ['/v1/chat/completions', 'chat'],
  ['/v1/responses', 'chat'],
  ['/v1/completions', 'text_completion'],
  ['/v1/embeddings', 'embeddings'],
  ['/v1/moderations', 'moderation'],
]);
const MOST_OF_A_BATCH = 1e12;
/** More than a batch can hold: a count beyond it is not true. */
const MAX_REQUESTS = 10_000_000;

/** A background response: as a body, or as the last event of its stream. Others were metered when created. */
function finishedResponse(body: unknown): FinishedWork[] {
  const fields = fieldsOf(fieldsOf(body).response ?? body);
  const facts = response(fields);
  const id = facts?.id;
  if (fields.background !== true || id === undefined || !facts?.usage) return [];
  return [
    {
      ...facts,
      workId: id,
      begunAs: id,
      operation: 'chat',
      // It was counted when it was created.
      requests: 0,
      outcome: facts.errorType === undefined ? 'ok' : 'error',
      user: text(fields.safety_identifier) ?? text(fields.user),
    },
  ];
}

/** The sum of a batch's requests, which is more than one call can have. */
export function batchUsage(raw: unknown): Usage | undefined {
  return readOpenAIUsage(raw, { serviceTier: 'batch', mostTokens: MOST_OF_A_BATCH });
}

/** The results of a batch have their sum on the batch itself. */
function finishedBatch(body: unknown): FinishedWork[] {
  const batch = fieldsOf(body);
  const id = text(batch.id);
  if (id === undefined || batch.object !== 'batch' || !BATCH_ENDED.has(batch.status as string)) return [];
  const { completed, failed } = fieldsOf(batch.request_counts);
  const shared = {
    id,
    begunAs: id,
    model: text(batch.model),
    operation: OPERATIONS.get(batch.endpoint) ?? 'generate_content',
    user: text(fieldsOf(batch.metadata).user_id),
  };
  const usage = batchUsage(batch.usage);
  const done: FinishedWork = {
    ...shared,
    workId: id,
    requests: requests(completed),
    outcome: 'ok',
    usage,
    rawUsage: batch.usage,
  };
  const lost: FinishedWork = {
    ...shared,
    workId: `${id}:failed`,
    requests: requests(failed),
    outcome: 'error',
    errorType: 'batch_request_failed',
  };
  return [done, lost].filter(({ requests, usage }) => requests > 0 || usage !== undefined);
}

function requests(count: unknown): number {
  const possible = Number.isInteger(count) && (count as number) > 0 && (count as number) <= MAX_REQUESTS;
  return possible ? (count as number) : 0;
}

const begunBatch = (body: unknown) => text(fieldsOf(body).id);

export const retrievals: readonly Retrieval[] = [
  { method: 'get', path: '/responses/{id}', finished: finishedResponse },
  { method: 'post', path: '/responses/{id}/cancel', finished: finishedResponse },
  { method: 'post', path: '/batches', finished: () => [], begun: begunBatch },
  { method: 'get', path: '/batches/{id}', finished: finishedBatch },
  { method: 'post', path: '/batches/{id}/cancel', finished: finishedBatch },
];
