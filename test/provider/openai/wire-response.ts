import type OpenAI from 'openai';
import type { GenerationRequest } from '../types.ts';
import { serviceTierOf } from './usage.ts';

/** On the wire `output_text` does not exist (the SDK adds it), and usage is null until the end. */
export type WireResponse = Omit<OpenAI.Responses.Response, 'output_text' | 'usage'> & {
  usage: OpenAI.Responses.ResponseUsage | null;
};

/** The settings come back as they were asked for. */
export function newResponse(request: GenerationRequest): WireResponse {
  const asked = request.body as Partial<OpenAI.Responses.ResponseCreateParams>;
  return {
    id: request.id('resp_', 48),
    object: 'response',
    created_at: request.created,
    status: asked.background ? 'queued' : 'in_progress',
    access_programs: null,
    background: asked.background ?? false,
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
