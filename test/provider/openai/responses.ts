import type OpenAI from 'openai';
import { replyTo } from '../reply.ts';
import type { Endpoint, GenerationRequest } from '../types.ts';
import { SERVER_ERROR_MESSAGE } from './dialect.ts';
import { responseEvents } from './response-events.ts';
import { outputItems } from './response-items.ts';
import { responseUsage, serviceTierOf } from './usage.ts';

type SdkResponse = OpenAI.Responses.Response;

/** On the wire `output_text` does not exist (the SDK adds it), and usage is null until the end. */
export type WireResponse = Omit<SdkResponse, 'output_text' | 'usage'> & {
  usage: OpenAI.Responses.ResponseUsage | null;
};

export const responses: Endpoint = {
  name: 'responses',
  kind: 'responses',
  answer(request) {
    const reply = replyTo(request);
    const usage = responseUsage(request.counts);
    const status = finalStatus(request);
    const begun = newResponse(request);
    const output = outputItems(request, reply, status);
    const done: WireResponse = {
      ...begun,
      status,
      completed_at: status === 'completed' ? request.created : null,
      error: status === 'failed' ? { code: 'server_error', message: SERVER_ERROR_MESSAGE } : null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      output,
      tool_usage: toolUsage(request),
      usage,
    };
    return {
      usage,
      serviceTier: serviceTierOf(request),
      body: () => done,
      stream: {
        parts: () => responseEvents({ begun, done, status, pieces: reply.pieces() }),
        error: (sent) => {
          const error: OpenAI.Responses.ResponseErrorEvent = {
            type: 'error',
            code: 'server_error',
            message: SERVER_ERROR_MESSAGE,
            param: null,
            sequence_number: sent,
          };
          return { event: 'error', data: error, kind: 'frame' };
        },
      },
    };
  },
};

export type FinalStatus = 'completed' | 'incomplete' | 'failed';

function finalStatus({ scenario }: GenerationRequest): FinalStatus {
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

/** The settings come back as they were asked for. */
function newResponse(request: GenerationRequest): WireResponse {
  const asked = request.body as Partial<OpenAI.Responses.ResponseCreateParams>;
  return {
    id: request.id('resp_', 48),
    object: 'response',
    created_at: request.created,
    status: 'in_progress',
    access_programs: null,
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    max_tool_calls: null,
    model: request.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: asked.previous_response_id ?? null,
    prompt_cache_key: null,
    prompt_cache_retention: 'in_memory',
    reasoning: { effort: null, summary: null },
    safety_identifier: asked.safety_identifier ?? null,
    service_tier: serviceTierOf(request),
    temperature: 1,
    text: asked.text ?? { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: asked.tool_choice ?? 'auto',
    tools: asked.tools ?? [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    metadata: asked.metadata ?? {},
  };
}
