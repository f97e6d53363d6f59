import type OpenAI from 'openai';
import { numberAt, objectAt, stringAt } from '../json.ts';
import { replyTo } from '../reply.ts';
import type { Answer, Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { streamError } from './chat.ts';
import { type TranscriptionUsage, transcriptionUsage } from './usage.ts';

const SECONDS_PER_BYTE = 1 / 16_000;

export const transcriptions: Endpoint = {
  name: 'audio.transcriptions',
  kind: 'transcriptions',
  answer(request) {
    const seconds = secondsOf(request);
    const usage = transcriptionUsage(request, seconds);
    const { text, pieces } = replyTo(request);
    const answer = { ...written(request, text, seconds, usage), usage };
    // Whisper takes `stream` and does not.
    if (usage.type === 'duration') return answer;
    return { ...answer, stream: { parts: () => events(pieces(), text, usage), error: streamError } };
  },
};

/** Whisper's; the answer has no usage. */
export const translations: Endpoint = {
  name: 'audio.translations',
  kind: 'transcriptions',
  answer(request) {
    const seconds = secondsOf(request);
    const { text } = replyTo(request);
    return { ...written(request, text, seconds, undefined), usage: transcriptionUsage(request, seconds) };
  },
};

function secondsOf({ body, scenario }: GenerationRequest): number {
  const bytes = numberAt(objectAt(body, 'file'), 'size') ?? 0;
  return scenario.seconds ?? Math.ceil(1 + bytes * SECONDS_PER_BYTE);
}

/** In the format that was asked for; `usage` is in the JSON ones alone. */
function written(
  { body }: GenerationRequest,
  text: string,
  seconds: number,
  usage: TranscriptionUsage | undefined,
): Pick<Answer, 'body' | 'contentType'> {
  const format = stringAt(body, 'response_format') ?? 'json';
  const withUsage = usage && { usage };
  const end = `00:00:${String(seconds % 60).padStart(2, '0')}`;
  const contentType = 'text/plain; charset=utf-8';
  switch (format) {
    case 'text':
      return { body: () => `${text}\n`, contentType };
    case 'srt':
      return { body: () => `1\n00:00:00,000 --> ${end},000\n${text}\n\n`, contentType };
    case 'vtt':
      return { body: () => `WEBVTT\n\n00:00:00.000 --> ${end}.000\n${text}\n\n`, contentType };
    case 'verbose_json':
      return {
        body: () => ({ task: 'transcribe', language: 'english', duration: seconds, text, ...withUsage }),
      };
    case 'diarized_json':
      return {
        body: () => ({
          task: 'transcribe',
          duration: seconds,
          text,
          segments: [speech(text, seconds)],
          ...withUsage,
        }),
      };
    default:
      return { body: () => ({ text, ...withUsage }) };
  }
}

function speech(text: string, end: number): OpenAI.Audio.TranscriptionDiarizedSegment {
  return { type: 'transcript.text.segment', id: 'seg_001', start: 0, end, speaker: 'A', text };
}

function* events(
  pieces: readonly string[],
  text: string,
  usage: OpenAI.Audio.TranscriptionTextDoneEvent.Usage,
): Generator<StreamPart> {
  for (const delta of pieces) {
    const event: OpenAI.Audio.TranscriptionTextDeltaEvent = { type: 'transcript.text.delta', delta };
    yield { event: event.type, data: event, kind: 'delta' };
  }
  const done: OpenAI.Audio.TranscriptionTextDoneEvent = { type: 'transcript.text.done', text, usage };
  yield { event: done.type, data: done, kind: 'end' };
}
