import { chargeOf } from '../billing.ts';
import { RequestError } from '../errors.ts';
import { createPolls, type Polls } from '../polls.ts';
import type {
  AnswerStream,
  Charge,
  GenerationRequest,
  ObjectEndpoint,
  ObjectRequest,
  StreamPart,
} from '../types.ts';
import type { ResponseRun } from './response-run.ts';
import { serviceTierOf } from './usage.ts';
import type { WireResponse } from './wire-response.ts';

interface Stored {
  readonly request: GenerationRequest;
  readonly run: ResponseRun;
  readonly polls: Polls;
  cancelled: boolean;
}

export interface StoredResponses {
  /** Returns the stream to send now: when that is read to its end, the response is finished. */
  keep(request: GenerationRequest, run: ResponseRun): AnswerStream;
  readonly retrieve: ObjectEndpoint;
  readonly cancel: ObjectEndpoint;
}

export function createStoredResponses(): StoredResponses {
  const responses = new Map<string, Stored>();
  const storedAt = ({ ids: [id = ''] }: ObjectRequest): Stored => {
    const stored = responses.get(id);
    if (stored === undefined) throw new RequestError(404, `Response with id '${id}' not found.`);
    return stored;
  };
  return {
    keep(request, run) {
      const { begun, stream } = run;
      const polls = createPolls(begun.background ? request.scenario.polls : 0);
      responses.set(begun.id, { request, run, polls, cancelled: false });
      return { ...stream, parts: () => finishing(stream.parts(), polls.finish) };
    },
    retrieve: {
      kind: 'object',
      answer({ query, ...asked }) {
        const stored = storedAt({ query, ...asked });
        const { request, run, polls } = stored;
        const { scenario } = request;
        if (query.get('stream') === 'true' && !stored.cancelled) {
          const after = Number(query.get('starting_after') ?? Number.NaN);
          const parts = () => finishing(resumed(run.stream.parts(), after), polls.finish);
          return {
            body: () => run.done,
            stream: { ...run.stream, parts },
            scenario,
            charges: charges(stored, true),
          };
        }
        const response = currently(stored);
        return { body: () => response, scenario, charges: response === run.done ? charges(stored) : [] };
      },
    },
    cancel: {
      kind: 'object',
      answer(asked) {
        const stored = storedAt(asked);
        const { begun, done } = stored.run;
        if (!begun.background) throw new RequestError(400, 'Cannot cancel a synchronous response.');
        stored.cancelled ||= !stored.polls.isFinished();
        return { body: () => (stored.cancelled ? { ...begun, status: 'cancelled' } : done) };
      },
    },
  };
}

function currently({ run: { begun, done }, polls, cancelled }: Stored): WireResponse {
  if (cancelled) return { ...begun, status: 'cancelled' };
  return polls.look() ? done : { ...begun, status: 'in_progress' };
}

/** Only what runs in the background is paid for this late. */
function charges({ request, run }: Stored, stream = false): Charge[] {
  const { begun, usage } = run;
  if (!begun.background) return [];
  const answer = { usage, serviceTier: serviceTierOf(request), key: begun.id };
  const charge = chargeOf('responses', request, answer, stream);
  return charge === undefined ? [] : [charge];
}

function* resumed(parts: Iterable<StreamPart>, after: number): Generator<StreamPart> {
  let sequence = 0;
  for (const part of parts) {
    if (Number.isNaN(after) || sequence > after) yield part;
    sequence += 1;
  }
}

function* finishing(parts: Iterable<StreamPart>, finish: () => void): Generator<StreamPart> {
  for (const part of parts) {
    if (part.kind === 'end') finish();
    yield part;
  }
}
