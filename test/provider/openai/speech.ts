import { stringAt } from '../json.ts';
import type { Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { streamError } from './chat.ts';
import { speechUsage } from './usage.ts';

const DEFAULT_BYTES = 512;
const DEFAULT_CHUNKS = 4;

const contentTypes: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/opus',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

export const speech: Endpoint = {
  name: 'audio.speech',
  kind: 'speech',
  wantsStream: (body) => body.stream_format === 'sse',
  answer(request) {
    const { body, model, counts, scenario } = request;
    const audio = Buffer.alloc(scenario.bytes ?? DEFAULT_BYTES, 0x55);
    const contentType = contentTypes[stringAt(body, 'response_format') ?? 'mp3'] ?? 'audio/mpeg';
    const whole = { body: () => audio, contentType };
    // The older models are charged by character, and know no events.
    if (model.startsWith('tts-')) {
      return { ...whole, usage: { characters: stringAt(body, 'input')?.length ?? 0 } };
    }
    const usage = speechUsage(counts);
    return { ...whole, usage, stream: { parts: () => events(request, audio, usage), error: streamError } };
  },
};

/** The SDK has no types for these: it hands the app the response. */
function* events({ scenario }: GenerationRequest, audio: Buffer, usage: object): Generator<StreamPart> {
  const { errorat = 0, cutat = 0, hangat = 0 } = scenario;
  const chunks = Math.max(scenario.chunks ?? DEFAULT_CHUNKS, errorat, cutat, hangat);
  const size = Math.ceil(audio.length / Math.max(chunks, 1));
  for (let chunk = 0; chunk < chunks; chunk++) {
    const piece = audio.subarray(chunk * size, (chunk + 1) * size).toString('base64');
    yield {
      event: 'speech.audio.delta',
      data: { type: 'speech.audio.delta', audio: piece },
      kind: 'delta',
    };
  }
  yield { event: 'speech.audio.done', data: { type: 'speech.audio.done', usage }, kind: 'end' };
}
