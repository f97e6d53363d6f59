import { fieldsOf, text } from '../fields.ts';
import type { ResponseFacts, SessionEvent, SessionReader, Sessions } from '../types.ts';
import { ofUnits, transcription } from './audio.ts';
import { completion, response } from './response.ts';

const RESPONSE_ENDED = new Set([
  'response.done',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

/** Realtime, Live, and responses over a WebSocket: every answer ends with an event that has its usage. */
class Reader implements SessionReader {
  id: string | undefined;
  #model: string | undefined;
  #transcriber: string | undefined;

  constructor(session: object) {
    const { url } = session as { url?: unknown };
    if (!(url instanceof URL)) return;
    this.#model = text(url.searchParams.get('model'));
    this.id = /\/live\/sessions\/([^/]+)\/attach$/.exec(url.pathname)?.[1];
  }

  push(event: unknown): SessionEvent | undefined {
    const fields = fieldsOf(event);
    const type = text(fields.type) ?? '';
    if (type.startsWith('session.')) this.#learn(fieldsOf(fields.session));
    switch (type) {
      case 'response.created':
        return this.#began(fields.response);
      case 'conversation.item.input_audio_transcription.completed':
        return this.#transcribed(`${fields.item_id} ${fields.content_index}`, event);
      // Live: the answers of the model that it delegates to, and what it used itself.
      case 'response.event':
        return this.push(fieldsOf(fields.event));
      case 'decision.event':
        return decided(text(fields.event_id), fieldsOf(fields.event).decision);
      case 'session.usage.updated':
      case 'session.closed':
        return this.#used(fieldsOf(fields.usage).seconds);
    }
    return RESPONSE_ENDED.has(type) ? this.#ended(fields.response) : undefined;
  }

  #learn(session: Readonly<Record<string, unknown>>): void {
    this.id = text(session.id) ?? this.id;
    this.#model = text(session.model) ?? this.#model;
    this.#transcriber = transcriptionModel(session) ?? this.#transcriber;
  }

  #began(body: unknown): SessionEvent | undefined {
    const { id, model, deferred } = response(body) ?? {};
    const facts = { id, model: model ?? this.#model, deferred };
    return id === undefined ? undefined : { kind: 'began', id, operation: 'chat', facts };
  }

  #ended(body: unknown): SessionEvent | undefined {
    const said = response(body);
    if (!said) return undefined;
    const facts = { ...said, model: said.model ?? this.#model };
    return { kind: 'ended', id: facts.id ?? '', operation: 'chat', facts, outcome: outcomeOf(facts, body) };
  }

  #transcribed(id: string, event: unknown): SessionEvent {
    const facts = { ...transcription(event), model: this.#transcriber };
    return { kind: 'ended', id, operation: 'generate_content', facts, outcome: 'ok' };
  }

  #used(seconds: unknown): SessionEvent | undefined {
    if (this.id === undefined || !isPositive(seconds)) return undefined;
    return {
      kind: 'total',
      id: this.id,
      operation: 'chat',
      total: seconds,
      facts: (audioSeconds) => ({ model: this.#model, usage: ofUnits({ audioSeconds }) }),
    };
  }
}

function decided(id: string | undefined, decision: unknown): SessionEvent | undefined {
  const facts = completion(decision);
  return facts && { kind: 'ended', id: id ?? '', operation: 'chat', facts, outcome: 'ok' };
}

function outcomeOf({ errorType }: ResponseFacts, body: unknown) {
  if (errorType !== undefined) return 'error';
  // By the app, or because the user began to speak: what was said until then is charged.
  return fieldsOf(body).status === 'cancelled' ? 'aborted' : 'ok';
}

/** Where the session says which model writes down what the user says: now, and in the beta. */
function transcriptionModel(session: Readonly<Record<string, unknown>>): string | undefined {
  const settings = fieldsOf(fieldsOf(session.audio).input).transcription ?? session.input_audio_transcription;
  return text(fieldsOf(settings).model);
}

function isPositive(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}

const both = (file: string) => [`${file}.js`, `${file}.mjs`];

export const sessions: Sessions = {
  files: [
    'realtime',
    'beta/realtime',
    'resources/responses',
    'resources/beta/responses',
    'resources/live',
    'resources/live/sideband',
    'resources/live/forks',
  ].flatMap((folder) => both(`${folder}/internal-base`)),
  reader: (session) => new Reader(session),
};
