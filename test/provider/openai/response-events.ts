import type OpenAI from 'openai';
import type { StreamPart } from '../types.ts';
import type { FinalStatus } from './response-run.ts';
import type { WireResponse } from './wire-response.ts';

type Unnumbered<E> = E extends unknown ? Omit<E, 'sequence_number'> : never;
type ItemEvent = Unnumbered<OpenAI.Responses.ResponseStreamEvent>;
type LifecycleEvent = {
  type: 'response.created' | 'response.queued' | 'response.in_progress' | `response.${FinalStatus}`;
  response: WireResponse;
};
type Step = [event: ItemEvent | LifecycleEvent, kind: StreamPart['kind']];

interface Script {
  readonly begun: WireResponse;
  readonly done: WireResponse;
  readonly status: FinalStatus;
  readonly pieces: readonly string[];
}

/** The event sequence of one response, numbered. */
export function* responseEvents(script: Script): Generator<StreamPart> {
  let sequence_number = 0;
  for (const [event, kind] of steps(script)) {
    yield { event: event.type, data: { ...event, sequence_number }, kind };
    sequence_number += 1;
  }
}

function* steps({ begun, done, status, pieces }: Script): Generator<Step> {
  yield [{ type: 'response.created', response: begun }, 'frame'];
  if (begun.status === 'queued') yield [{ type: 'response.queued', response: begun }, 'frame'];
  const response = { ...begun, status: 'in_progress' as const };
  yield [{ type: 'response.in_progress', response }, 'frame'];
  for (const [output_index, item] of done.output.entries()) {
    if (item.type === 'message') yield* messageSteps(item, output_index, pieces, status);
    else if (item.type === 'function_call') yield* callSteps(item, output_index, pieces, status);
    else if (item.type === 'web_search_call') yield* searchSteps(item, output_index);
    else {
      yield [{ type: 'response.output_item.added', output_index, item }, 'block'];
      yield [{ type: 'response.output_item.done', output_index, item }, 'block'];
    }
  }
  yield [{ type: `response.${status}`, response: done }, 'end'];
}

function* messageSteps(
  item: OpenAI.Responses.ResponseOutputMessage,
  output_index: number,
  pieces: readonly string[],
  status: FinalStatus,
): Generator<Step> {
  const at = { item_id: item.id, output_index, content_index: 0 };
  const begun = { ...item, status: 'in_progress' as const, content: [] };
  const empty = { type: 'output_text' as const, annotations: [], logprobs: [], text: '' };
  const part = { ...empty, text: pieces.join('') };
  yield [{ type: 'response.output_item.added', output_index, item: begun }, 'block'];
  yield [{ type: 'response.content_part.added', ...at, part: empty }, 'block'];
  for (const delta of pieces) {
    yield [{ type: 'response.output_text.delta', ...at, delta, logprobs: [] }, 'delta'];
  }
  // A failed response stops where it is: nothing is reported as done.
  if (status === 'failed') return;
  yield [{ type: 'response.output_text.done', ...at, text: part.text, logprobs: [] }, 'block'];
  yield [{ type: 'response.content_part.done', ...at, part }, 'block'];
  yield [{ type: 'response.output_item.done', output_index, item }, 'block'];
}

function* callSteps(
  item: OpenAI.Responses.ResponseFunctionToolCall,
  output_index: number,
  pieces: readonly string[],
  status: FinalStatus,
): Generator<Step> {
  const at = { item_id: item.id ?? '', output_index };
  const begun = { ...item, status: 'in_progress' as const, arguments: '' };
  yield [{ type: 'response.output_item.added', output_index, item: begun }, 'block'];
  for (const delta of pieces) {
    yield [{ type: 'response.function_call_arguments.delta', ...at, delta }, 'delta'];
  }
  if (status === 'failed') return;
  yield [{ type: 'response.function_call_arguments.done', ...at, arguments: item.arguments }, 'block'];
  yield [{ type: 'response.output_item.done', output_index, item }, 'block'];
}

function* searchSteps(
  item: OpenAI.Responses.ResponseFunctionWebSearch,
  output_index: number,
): Generator<Step> {
  const at = { item_id: item.id, output_index };
  const begun = { ...item, status: 'in_progress' as const };
  yield [{ type: 'response.output_item.added', output_index, item: begun }, 'block'];
  yield [{ type: 'response.web_search_call.in_progress', ...at }, 'block'];
  yield [{ type: 'response.web_search_call.searching', ...at }, 'block'];
  yield [{ type: 'response.web_search_call.completed', ...at }, 'block'];
  yield [{ type: 'response.output_item.done', output_index, item }, 'block'];
}
