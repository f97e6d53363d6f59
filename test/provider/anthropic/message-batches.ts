import type Anthropic from '@anthropic-ai/sdk';
import { RequestError } from '../errors.ts';
import { isObject, listAt, objectAt, stringAt } from '../json.ts';
import { createPolls, type Polls } from '../polls.ts';
import type { Endpoint, ObjectAnswer, ObjectEndpoint, ObjectRequest } from '../types.ts';
import { type BatchLine, runLine } from './batch-lines.ts';

type MessageBatch = Anthropic.Messages.MessageBatch;
type Action = 'create' | 'retrieve' | 'list' | 'results' | 'cancel';

const DAY_SECONDS = 24 * 60 * 60;

interface Job {
  readonly lines: readonly BatchLine[];
  readonly polls: Polls;
  batch: MessageBatch;
}

/**
 * Every request of a batch has its own directives in its model's name; the batch ends when the one with
 * the most `polls` does. `messages` is the endpoint that answers each.
 */
export function createMessageBatches(messages: Endpoint): Record<Action, ObjectEndpoint> {
  const jobs = new Map<string, Job>();
  const jobOf = ({ ids: [id = ''] }: ObjectRequest): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new RequestError(404, `No message batch with id ${id}`);
    return job;
  };
  return {
    create: {
      kind: 'object',
      answer(asked) {
        const lines = readLines(asked, messages);
        const polls = Math.max(...lines.map(({ polls }) => polls ?? 1));
        const job = { lines, polls: createPolls(polls), batch: newBatch(asked, lines.length) };
        jobs.set(job.batch.id, job);
        return answerOf(job);
      },
    },
    retrieve: {
      kind: 'object',
      answer(asked) {
        const job = jobOf(asked);
        proceed(job, asked);
        return answerOf(job);
      },
    },
    list: {
      kind: 'object',
      answer() {
        const data = [...jobs.values()].map(({ batch }) => batch).reverse();
        const [first_id, last_id] = [data.at(0)?.id ?? null, data.at(-1)?.id ?? null];
        return { body: () => ({ data, has_more: false, first_id, last_id }) };
      },
    },
    results: {
      kind: 'object',
      answer(asked) {
        const job = jobOf(asked);
        if (job.batch.processing_status !== 'ended') {
          throw new RequestError(404, `${job.batch.id} has not ended`);
        }
        const results = job.lines.map((line) => `${JSON.stringify(resultOf(job, line))}\n`);
        return { body: () => results.join(''), contentType: 'application/x-jsonl' };
      },
    },
    cancel: {
      kind: 'object',
      answer(asked) {
        const job = jobOf(asked);
        if (job.batch.processing_status === 'ended') {
          throw new RequestError(400, `${job.batch.id} has ended already`);
        }
        job.polls.finish();
        job.batch = {
          ...job.batch,
          processing_status: 'canceling',
          cancel_initiated_at: time(asked.created),
        };
        return answerOf(job);
      },
    },
  };
}

function readLines(asked: ObjectRequest, messages: Endpoint): BatchLine[] {
  const lines = listAt(asked.body, 'requests').map((request) => {
    const params = objectAt(request, 'params');
    const model = stringAt(params, 'model');
    if (!isObject(request) || params === undefined || model === undefined) {
      throw new RequestError(400, 'requests: custom_id, params and params.model are required');
    }
    const customId = stringAt(request, 'custom_id') ?? '';
    return runLine(customId, asked.generation(params, model, 'messagebatches'), messages);
  });
  if (lines.length === 0) throw new RequestError(400, 'requests: at least one is required');
  return lines;
}

function newBatch({ id, created }: ObjectRequest, processing: number): MessageBatch {
  return {
    id: id('msgbatch_01', 22),
    type: 'message_batch',
    processing_status: 'in_progress',
    request_counts: { processing, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    created_at: time(created),
    ended_at: null,
    expires_at: time(created + DAY_SECONDS),
    archived_at: null,
    cancel_initiated_at: null,
    results_url: null,
  };
}

/** One look further. */
function proceed(job: Job, { created, origin }: ObjectRequest): void {
  const { batch, lines } = job;
  if (batch.processing_status === 'ended' || !job.polls.look()) return;
  const counts = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  for (const line of lines) counts[resultOf(job, line).result.type] += 1;
  job.batch = {
    ...batch,
    processing_status: 'ended',
    request_counts: counts,
    ended_at: time(created),
    results_url: `${origin}/v1/messages/batches/${batch.id}/results`,
  };
}

/** A batch that is canceled has done nothing yet. */
function resultOf({ batch }: Job, { customId, result }: BatchLine) {
  const canceled = batch.cancel_initiated_at !== null;
  return { custom_id: customId, result: canceled ? ({ type: 'canceled' } as const) : result };
}

function answerOf({ batch, lines }: Job): ObjectAnswer {
  const isPaid = batch.processing_status === 'ended' && batch.cancel_initiated_at === null;
  const charges = isPaid ? lines.flatMap(({ charge }) => charge ?? []) : [];
  return { body: () => batch, charges };
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
