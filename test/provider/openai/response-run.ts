import type OpenAI from 'openai';
import { replyTo } from '../reply.ts';
import type { AnswerStream, GenerationRequest } from '../types.ts';
import { SERVER_ERROR_MESSAGE } from './dialect.ts';
import { responseEvents } from './response-events.ts';
import { outputItems } from './response-items.ts';
import { responseUsage } from './usage.ts';
import { newResponse, type WireResponse } from './wire-response.ts';

/** One response from its beginning to its end. */
export interface ResponseRun {
  readonly begun: WireResponse;
  readonly done: WireResponse;
  readonly usage: OpenAI.Responses.ResponseUsage;
  readonly stream: AnswerStream;
}

export function runResponse(request: GenerationRequest): ResponseRun {
  const reply = replyTo(request);
  const usage = responseUsage(request.counts);
  const status = finalStatus(request);
  const begun = newResponse(request);
  const done: WireResponse = {
    ...begun,
    status,
    completed_at: status === 'completed' ? request.created : null,
    error: status === 'failed' ? { code: 'server_error', message: SERVER_ERROR_MESSAGE } : null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    output: outputItems(request, reply, status),
    tool_usage: toolUsage(request),
    usage,
  };
  const parts = () => responseEvents({ begun, done, status, pieces: reply.pieces() });
  return { begun, done, usage, stream: { parts, error: errorEvent } };
}

function errorEvent(sent: number): ReturnType<AnswerStream['error']> {
  const error: OpenAI.Responses.ResponseErrorEvent = {
    type: 'error',
    code: 'server_error',
    message: SERVER_ERROR_MESSAGE,
    param: null,
    sequence_number: sent,
  };
  return { event: 'error', data: error, kind: 'frame' };
}

export type FinalStatus = 'completed' | 'incomplete' | 'failed';

export function finalStatus({ scenario }: GenerationRequest): FinalStatus {
  if (scenario.failed) return 'failed';
  return scenario.incomplete ? 'incomplete' : 'completed';
}

function toolUsage({ counts }: GenerationRequest): OpenAI.Responses.Response.ToolUsage {
  const none = { image_tokens: 0, text_tokens: 0 };
  return {
    image_gen: { input_tokens: 0, input_tokens_details: none, output_tokens: 0, total_tokens: 0 },
    web_search: { num_requests: counts.searches },
  };
}
