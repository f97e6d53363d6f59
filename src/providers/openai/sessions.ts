import { fieldsOf, text } from '../fields.ts';
import type { SessionEvent, SessionReader, Sessions } from '../types.ts';
import { transcription } from './audio.ts';
import { response } from './response.ts';

const RESPONSE_ENDED = new Set([
  'response.done',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

/** Realtime and responses over a WebSocket: every answer ends with an event that has its usage. */
function reader(session: object): SessionReader {
  let model = modelInUrl(session);
  let transcriber: string | undefined;
  return {
    push(event): SessionEvent | undefined {
      const fields = fieldsOf(event);
      const type = text(fields.type) ?? '';
      if (type.startsWith('session.')) {
        const settings = fieldsOf(fields.session);
        model = text(settings.model) ?? model;
        transcriber = transcriptionModel(settings) ?? transcriber;
      } else if (type === 'response.created') {
        const id = text(fieldsOf(fields.response).id);
        return id === undefined ? undefined : { began: id };
      } else if (RESPONSE_ENDED.has(type)) {
        const facts = response(fields.response);
        if (!facts) return undefined;
        return { ended: facts.id ?? '', operation: 'chat', facts: { ...facts, model: facts.model ?? model } };
      } else if (type === 'conversation.item.input_audio_transcription.completed') {
        const facts = { ...transcription(event), model: transcriber };
        return { ended: text(fields.item_id) ?? '', operation: 'generate_content', facts };
      }
      return undefined;
    },
  };
}

/** Where the session says which model writes down what the user says: now, and in the beta. */
function transcriptionModel(session: Readonly<Record<string, unknown>>): string | undefined {
  const settings = fieldsOf(fieldsOf(session.audio).input).transcription ?? session.input_audio_transcription;
  return text(fieldsOf(settings).model);
}

function modelInUrl(session: object): string | undefined {
  const { url } = session as { url?: unknown };
  return url instanceof URL ? text(url.searchParams.get('model')) : undefined;
}

const both = (file: string) => [`${file}.js`, `${file}.mjs`];

export const sessions: Sessions = {
  files: [
    ...both('realtime/internal-base'),
    ...both('beta/realtime/internal-base'),
    ...both('resources/responses/internal-base'),
    ...both('resources/beta/responses/internal-base'),
  ],
  reader,
};
