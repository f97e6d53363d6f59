import type { IncomingMessage } from 'node:http';
import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { type JsonObject, objectAt, stringAt } from '../json.ts';
import { namedModel } from '../routes.ts';
import { generate } from './generate.ts';
import type { Message } from './message.ts';
import type { Conversation } from './sockets.ts';

/** PCM of 16 bits at 24 kHz. */
const BYTES_PER_SECOND = 48_000;

interface LiveSession {
  readonly resource: JsonObject;
  seconds: number;
}

/** By context, so that two providers in one process have sessions of their own. */
const sessionsOf = new WeakMap<Context, Map<string, LiveSession>>();

/**
 * A Live session: `session.start` names its model, and a `delegation.model` that carries the directives of
 * what `response.create` is answered with. `/live/sessions/{id}/attach` is a second connection to one.
 */
export function openLive(
  context: Context,
  { url = '', headers }: IncomingMessage,
  path: string,
): Conversation {
  const sessions = sessionsOf.get(context) ?? new Map<string, LiveSession>();
  sessionsOf.set(context, sessions);
  const { id } = context;
  const event = (type: string, more: object) => ({ type, event_id: id('event_', 21), ...more });
  const attached = /^\/live\/sessions\/([^/]+)\/attach$/.exec(path)?.[1];
  let session = attached === undefined ? undefined : sessions.get(attached);
  if (attached !== undefined && session === undefined) throw new RequestError(404, 'No such session.');
  const usage = () => ({ usage: { seconds: session?.seconds ?? 0 } });

  async function answer(message: Message, body: JsonObject): Promise<void> {
    if (body.type === 'session.start') {
      const resource = {
        ...objectAt(body, 'session'),
        id: id('live_', 21),
        object: 'live.session',
        status: 'active',
      };
      session = { resource, seconds: 0 };
      sessions.set(resource.id, session);
      return message.send(event('session.started', { session: resource }));
    }
    if (session === undefined) throw new RequestError(400, 'The session is not started.');
    switch (body.type) {
      case 'session.input_audio.append':
        session.seconds += Buffer.from(stringAt(body, 'audio') ?? '', 'base64').length / BYTES_PER_SECOND;
        return message.send(event('session.usage.updated', usage()));
      case 'session.close':
        return message.send(
          event('session.closed', { session: session.resource, reason: 'close_requested', ...usage() }),
        );
      case 'response.create': {
        const route = context.findRoute({
          method: 'POST',
          path: url.replace(/\/live\/.*$/, '/responses'),
          headers,
        });
        const { target } = route;
        if (target === undefined || target.kind === 'object') throw new RequestError(404, 'Not found.');
        const asked = {
          model: objectAt(session.resource, 'delegation')?.model,
          input: 'Hello',
          stream: true,
        } as JsonObject;
        const wrapped = wrap(message, (nested) =>
          event('response.event', { delegation_id: null, event: nested }),
        );
        return generate(context, wrapped, target, asked, namedModel(asked, route, target), route.azure);
      }
      default:
        throw new RequestError(400, `Invalid value: '${String(body.type)}'.`);
    }
  }

  return { ...(session && { greeting: event('session.started', { session: session.resource }) }), answer };
}

/** The message, but what goes out is put into another event. */
function wrap(message: Message, around: (nested: unknown) => object): Message {
  return new Proxy(message, {
    get(target, name) {
      if (name === 'write' || name === 'writeApart') {
        return (bytes: Buffer | string) => target.send(around(JSON.parse(bytes.toString())));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
