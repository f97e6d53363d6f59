import type { IncomingMessage } from 'node:http';
import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { isObject, type JsonObject, objectAt, stringAt } from '../json.ts';
import { snapshotOf } from '../models.ts';
import { realtime, realtimeTranscription } from '../openai/realtime.ts';
import { parseModel } from '../scenarios.ts';
import { generate } from './generate.ts';
import type { Message } from './message.ts';
import type { Conversation } from './sockets.ts';

const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-4o-transcribe';

/**
 * A session of the Realtime API. The model in the URL carries the directives of its responses, or the
 * one that a `session.update` names later; the session's `audio.input.transcription.model` those of what
 * it transcribes.
 */
export function openRealtime(context: Context, { url = '' }: IncomingMessage, azure: boolean): Conversation {
  const { searchParams: query } = new URL(url, 'http://provider');
  const { id } = context;
  let model = query.get('model') ?? query.get('deployment') ?? undefined;
  let session: JsonObject = {
    type: model === undefined ? 'transcription' : 'realtime',
    object: 'realtime.session',
    id: id('sess_', 21),
    ...(model !== undefined && { model: answeredModel(model), output_modalities: ['audio'] }),
    audio: { input: { format: { type: 'audio/pcm', rate: 24_000 }, transcription: null } },
  };
  const event = (type: string, more: object) => ({ type, event_id: id('event_', 21), ...more });

  async function answer(message: Message, body: JsonObject): Promise<void> {
    switch (body.type) {
      case 'session.update': {
        const update = objectAt(body, 'session') ?? {};
        model = stringAt(update, 'model') ?? model;
        session = { ...merge(session, update), ...(model !== undefined && { model: answeredModel(model) }) };
        return message.send(event('session.updated', { session }));
      }
      case 'conversation.item.create': {
        const item = { id: id('item_', 21), object: 'realtime.item', ...objectAt(body, 'item') };
        await message.send(event('conversation.item.added', { item }));
        return message.send(event('conversation.item.done', { item }));
      }
      case 'input_audio_buffer.append':
        return;
      case 'input_audio_buffer.commit': {
        const settings = objectAt(objectAt(objectAt(session, 'audio'), 'input'), 'transcription') ?? {};
        const named = stringAt(settings, 'model') ?? DEFAULT_TRANSCRIPTION_MODEL;
        return generate(context, message, realtimeTranscription, settings, named, azure);
      }
      case 'response.create': {
        if (model === undefined) throw new RequestError(400, 'A transcription session has no responses.');
        const asked = merge(
          { output_modalities: session.output_modalities },
          objectAt(body, 'response') ?? {},
        );
        return generate(context, message, realtime, asked, model, azure);
      }
      default:
        throw new RequestError(400, `Invalid value: '${String(body.type)}'.`);
    }
  }

  return { greeting: event('session.created', { session }), answer };
}

function answeredModel(named: string): string {
  const { model, scenario } = parseModel(named, 'realtime');
  return scenario.model ?? snapshotOf(model);
}

function merge(into: JsonObject, update: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...into };
  for (const [key, value] of Object.entries(update)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}
