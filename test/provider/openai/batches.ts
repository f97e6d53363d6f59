import type OpenAI from 'openai';
import { chargeOf } from '../billing.ts';
import { RequestError } from '../errors.ts';
import { objectAt, stringAt } from '../json.ts';
import { createPolls, type Polls } from '../polls.ts';
import type { Charge, GenerationRequest, ObjectAnswer, ObjectEndpoint, ObjectRequest } from '../types.ts';
import { batchUsage } from './usage.ts';

type Batch = OpenAI.Batches.Batch;
type Action = 'create' | 'retrieve' | 'list' | 'cancel';

const DAY_SECONDS = 24 * 60 * 60;
const DEFAULT_MODEL = 'gpt-4.1-mini';

interface Job {
  readonly request: GenerationRequest;
  readonly polls: Polls;
  batch: Batch;
}

/**
 * The input file is not read. A batch's model and directives are in the metadata of its creation, which
 * come back unchanged: `metadata: { scenario: 'gpt-4.1-mini@in=1000,cached=400,out=50,requests=3,polls=2' }`.
 * The counts are those of the whole batch.
 */
export function createBatches(): Record<Action, ObjectEndpoint> {
  const jobs = new Map<string, Job>();
  const jobOf = ({ ids: [id = ''] }: ObjectRequest): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new RequestError(404, `No batch found with id '${id}'.`);
    return job;
  };
  return {
    create: {
      kind: 'object',
      answer(asked) {
        const named = stringAt(objectAt(asked.body, 'metadata'), 'scenario') ?? DEFAULT_MODEL;
        const request = asked.generation(asked.body, named, 'batches');
        const job = { request, polls: createPolls(request.scenario.polls), batch: newBatch(request) };
        jobs.set(job.batch.id, job);
        return answerOf(job);
      },
    },
    retrieve: {
      kind: 'object',
      answer(asked) {
        const job = jobOf(asked);
        proceed(job, asked.created);
        return answerOf(job);
      },
    },
    list: {
      kind: 'object',
      answer() {
        const all = [...jobs.values()].reverse();
        const data = all.map(({ batch }) => batch);
        const [first_id, last_id] = [data.at(0)?.id ?? null, data.at(-1)?.id ?? null];
        const charges = all.flatMap((job) => answerOf(job).charges ?? []);
        return { body: () => ({ object: 'list', data, has_more: false, first_id, last_id }), charges };
      },
    },
    cancel: {
      kind: 'object',
      answer(asked) {
        const job = jobOf(asked);
        if (job.batch.completed_at !== undefined || job.batch.failed_at !== undefined) {
          throw new RequestError(409, `Cannot cancel a batch with status '${job.batch.status}'.`);
        }
        job.batch = { ...job.batch, status: 'cancelling', cancelling_at: asked.created };
        return answerOf(job);
      },
    },
  };
}

function newBatch(request: GenerationRequest): Batch {
  const { body, created, id } = request;
  return {
    id: id('batch_', 32),
    object: 'batch',
    endpoint: stringAt(body, 'endpoint') ?? '/v1/chat/completions',
    model: request.model,
    input_file_id: stringAt(body, 'input_file_id') ?? '',
    completion_window: stringAt(body, 'completion_window') ?? '24h',
    status: 'validating',
    created_at: created,
    expires_at: created + DAY_SECONDS,
    request_counts: { total: 0, completed: 0, failed: 0 },
    metadata: (objectAt(body, 'metadata') ?? null) as OpenAI.Metadata | null,
  };
}

/** One look further. */
function proceed(job: Job, now: number): void {
  const { batch, request } = job;
  const { requests: total = 1, errored: failed = 0, failed: rejected } = request.scenario;
  if (batch.status === 'cancelling') {
    job.batch = { ...batch, status: 'cancelled', cancelled_at: now };
  } else if (batch.status === 'validating' || batch.status === 'in_progress') {
    if (!job.polls.look()) {
      const request_counts = { total, completed: 0, failed: 0 };
      const in_progress_at = batch.in_progress_at ?? now;
      job.batch = { ...batch, status: 'in_progress', in_progress_at, request_counts };
    } else if (rejected) {
      const data = [{ code: 'invalid_json_line', line: 1, message: 'This line is no JSON.', param: null }];
      job.batch = { ...batch, status: 'failed', failed_at: now, errors: { object: 'list', data } };
    } else {
      job.batch = {
        ...batch,
        status: 'completed',
        in_progress_at: batch.in_progress_at ?? now,
        finalizing_at: now,
        completed_at: now,
        output_file_id: request.id('file-', 22),
        request_counts: { total, completed: total - failed, failed },
        usage: batchUsage(request.counts),
      };
    }
  }
}

function answerOf({ batch, request }: Job): ObjectAnswer & { charges: Charge[] } {
  const { usage, id: key } = batch;
  const charge = usage && chargeOf('batches', request, { usage, serviceTier: 'batch', key });
  return { body: () => batch, scenario: request.scenario, charges: charge ? [charge] : [] };
}
