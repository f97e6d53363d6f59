import type { IncomingMessage } from 'node:http';
import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { namedModel } from '../routes.ts';
import { generate } from './generate.ts';
import type { Conversation } from './sockets.ts';

/** Responses, one after the other: every `response.create` is answered with the events of a stream. */
export function openResponses(context: Context, { url = '', headers }: IncomingMessage): Conversation {
  const route = context.findRoute({ method: 'POST', path: url, headers });
  return {
    async answer(message, { type, ...asked }) {
      const { target } = route;
      if (target === undefined || target.kind === 'object') throw new RequestError(404, 'Not found.');
      if (type !== 'response.create') throw new RequestError(400, `Invalid value: '${String(type)}'.`);
      const body = { ...asked, stream: true };
      const refuse = (status: number) => {
        throw new RequestError(status, 'The request was refused.');
      };
      return generate(context, message, target, body, namedModel(body, route, target), route.azure, refuse);
    },
  };
}
