import type OpenAI from 'openai';
import type { JsonObject } from '../json.ts';
import { replyTo } from '../reply.ts';
import type { Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { SERVER_ERROR_MESSAGE } from './dialect.ts';
import { finalStatus } from './response-run.ts';
import { realtimeUsage, transcriptionUsage } from './usage.ts';

type ServerEvent = OpenAI.Realtime.RealtimeServerEvent;
type Unnumbered<E> = E extends unknown ? Omit<E, 'event_id'> : never;
type Step = [event: Unnumbered<ServerEvent>, kind: StreamPart['kind']];
type RealtimeResponse = OpenAI.Realtime.RealtimeResponse;
type Item = OpenAI.Realtime.RealtimeConversationItemAssistantMessage;

/** What a Realtime session says to `response.create`; the body is that event's `response`. */
export const realtime: Endpoint = {
  name: 'realtime',
  kind: 'realtime',
  answer(request) {
    const usage = realtimeUsage(request.counts, request.scenario);
    return {
      usage,
      body: () => ({}),
      stream: {
        parts: () => numbered(request, responseSteps(request, usage)),
        error: () => {
          const error = { type: 'server_error', code: null, message: SERVER_ERROR_MESSAGE, param: null };
          return { data: { type: 'error', event_id: request.id('event_'), error }, kind: 'frame' };
        },
      },
    };
  },
};

/** What it says to `input_audio_buffer.commit`; the body is the session's transcription settings. */
export const realtimeTranscription: Endpoint = {
  name: 'realtime.transcription',
  kind: 'transcriptions',
  answer(request) {
    const usage = transcriptionUsage(request, request.scenario.seconds ?? 1);
    return {
      usage,
      body: () => ({}),
      stream: {
        parts: () => numbered(request, transcriptionSteps(request, usage)),
        error: () => ({
          data: { type: 'error', event_id: request.id('event_'), error: { message: SERVER_ERROR_MESSAGE } },
          kind: 'frame',
        }),
      },
    };
  },
};

function* numbered({ id }: GenerationRequest, steps: Iterable<Step>): Generator<StreamPart> {
  for (const [event, kind] of steps) yield { data: { ...event, event_id: id('event_', 21) }, kind };
}

function* responseSteps(
  request: GenerationRequest,
  usage: OpenAI.Realtime.RealtimeResponseUsage,
): Generator<Step> {
  const { id } = request;
  const { text, pieces } = replyTo(request);
  const modality = modalityOf(request.body);
  const status = finalStatus(request);
  const response: RealtimeResponse = {
    id: id('resp_', 21),
    object: 'realtime.response',
    status: 'in_progress',
    output: [],
    conversation_id: id('conv_', 21),
    output_modalities: [modality],
    max_output_tokens: 'inf',
    metadata: (request.body.metadata ?? null) as RealtimeResponse['metadata'] & object,
  };
  const said =
    modality === 'audio'
      ? { type: 'output_audio' as const, transcript: text }
      : { type: 'output_text' as const, text };
  const begun: Item = {
    id: id('item_', 21),
    type: 'message',
    status: 'in_progress',
    role: 'assistant',
    content: [],
  };
  const item: Item = {
    ...begun,
    status: status === 'completed' ? 'completed' : 'incomplete',
    content: [said],
  };
  const at = { response_id: response.id ?? '', item_id: item.id ?? '', output_index: 0, content_index: 0 };
  const { response_id, output_index } = at;

  yield [{ type: 'response.created', response }, 'frame'];
  yield [{ type: 'response.output_item.added', response_id, output_index, item: begun }, 'block'];
  yield [{ type: 'conversation.item.added', item: begun }, 'block'];
  yield [{ type: 'response.content_part.added', ...at, part: { type: modality } }, 'block'];
  for (const delta of pieces()) {
    if (modality === 'text') yield [{ type: 'response.output_text.delta', ...at, delta }, 'delta'];
    else {
      yield [{ type: 'response.output_audio_transcript.delta', ...at, delta }, 'block'];
      yield [
        { type: 'response.output_audio.delta', ...at, delta: Buffer.from(delta).toString('base64') },
        'delta',
      ];
    }
  }
  if (modality === 'text') yield [{ type: 'response.output_text.done', ...at, text }, 'block'];
  else {
    yield [{ type: 'response.output_audio.done', ...at }, 'block'];
    yield [{ type: 'response.output_audio_transcript.done', ...at, transcript: text }, 'block'];
  }
  yield [{ type: 'response.content_part.done', ...at, part: { type: modality } }, 'block'];
  yield [{ type: 'response.output_item.done', response_id, output_index, item }, 'block'];
  const status_details = { type: status };
  yield [
    { type: 'response.done', response: { ...response, status, status_details, output: [item], usage } },
    'end',
  ];
}

function* transcriptionSteps(
  request: GenerationRequest,
  usage: ReturnType<typeof transcriptionUsage>,
): Generator<Step> {
  const { text, pieces } = replyTo(request);
  const item_id = request.id('item_', 21);
  const at = { item_id, content_index: 0 };
  const type = 'conversation.item.input_audio_transcription';
  yield [{ type: 'input_audio_buffer.committed', item_id, previous_item_id: null }, 'frame'];
  for (const delta of pieces()) yield [{ type: `${type}.delta`, ...at, delta }, 'delta'];
  yield [{ type: `${type}.completed`, ...at, transcript: text, usage }, 'end'];
}

function modalityOf({ output_modalities }: JsonObject): 'text' | 'audio' {
  return Array.isArray(output_modalities) && output_modalities[0] === 'text' ? 'text' : 'audio';
}
