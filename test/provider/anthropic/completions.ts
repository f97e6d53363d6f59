import { RequestError } from '../errors.ts';
import { numberAt } from '../json.ts';
import { replyTo } from '../reply.ts';
import type { Endpoint, StreamPart } from '../types.ts';
import { overloaded } from './messages.ts';

interface Completion {
  readonly type: 'completion';
  readonly id: string;
  readonly completion: string;
  readonly stop_reason: 'stop_sequence' | null;
  readonly model: string;
}

/** The endpoint from before messages: its answer has no usage. The SDK has left it out since 1.0. */
export const textCompletions: Endpoint = {
  name: 'complete',
  kind: 'completions',
  answer(request) {
    if (numberAt(request.body, 'max_tokens_to_sample') === undefined) {
      throw new RequestError(400, 'max_tokens_to_sample: Field required');
    }
    const { counts, model } = request;
    const { text, pieces } = replyTo(request);
    const id = request.id('compl_');
    const completion = (piece: string, stop_reason: Completion['stop_reason']): Completion => {
      return { type: 'completion', id, completion: piece, stop_reason, model };
    };
    function* events(): Generator<StreamPart> {
      for (const piece of pieces()) {
        yield { event: 'completion', data: completion(piece, null), kind: 'delta' };
      }
      yield { event: 'completion', data: completion('', 'stop_sequence'), kind: 'end' };
    }
    return {
      usage: { input_tokens: counts.input, output_tokens: counts.output },
      body: () => completion(text, 'stop_sequence'),
      stream: { parts: events, error: overloaded },
    };
  },
};
