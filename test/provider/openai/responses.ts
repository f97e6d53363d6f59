import type { Endpoint, ObjectEndpoint } from '../types.ts';
import { compact } from './compaction.ts';
import { runResponse } from './response-run.ts';
import { createStoredResponses } from './stored-responses.ts';
import { serviceTierOf } from './usage.ts';

export interface Responses {
  readonly create: Endpoint;
  readonly compact: Endpoint;
  readonly retrieve: ObjectEndpoint;
  readonly cancel: ObjectEndpoint;
}

export function createResponses(): Responses {
  const { keep, retrieve, cancel } = createStoredResponses();
  const create: Endpoint = {
    name: 'responses',
    kind: 'responses',
    answer(request) {
      const { body } = request;
      const run = runResponse(request);
      const stream = body.store === false ? run.stream : keep(request, run);
      // In the background it is paid for where its end is seen first: in this stream, or when retrieved.
      if (run.begun.background && body.stream !== true) return { body: () => run.begun };
      return {
        usage: run.usage,
        serviceTier: serviceTierOf(request),
        key: run.begun.id,
        body: () => run.done,
        stream,
      };
    },
  };
  return { create, compact, retrieve, cancel };
}
