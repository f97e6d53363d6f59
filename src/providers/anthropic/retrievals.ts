import { fieldsOf, text } from '../fields.ts';
import type { FinishedWork, Retrieval } from '../types.ts';
import { message } from './response.ts';

/** One line of a batch's results: a message with its usage, or why there is none. */
function finishedRequest(line: unknown, batchId: string): FinishedWork[] {
  const { custom_id, result } = fieldsOf(line);
  const { type, message: answer, error } = fieldsOf(result);
  const customId = text(custom_id);
  const shared = { begunAs: batchId, operation: 'chat', requests: 1 } as const;
  if (type === 'succeeded') {
    const facts = message(answer);
    if (!facts) return [];
    const usage = facts.usage && { ...facts.usage, serviceTier: 'batch' };
    return [{ ...shared, ...facts, usage, workId: facts.id ?? `${batchId}:${customId}`, outcome: 'ok' }];
  }
  if (type !== 'errored' && type !== 'expired') return [];
  const errorType = type === 'errored' ? text(fieldsOf(fieldsOf(error).error).type) : 'batch_request_expired';
  return [
    { ...shared, workId: `${batchId}:${customId}`, outcome: 'error', errorType: errorType ?? '_OTHER' },
  ];
}

export const retrievals: readonly Retrieval[] = [
  {
    method: 'post',
    path: '/v1/messages/batches',
    finished: () => [],
    begun: (body) => text(fieldsOf(body).id),
  },
  { method: 'get', path: '/v1/messages/batches/{id}/results', finished: finishedRequest },
];
