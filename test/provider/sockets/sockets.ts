import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Context } from '../context.ts';
import { RequestError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { openai } from '../openai/dialect.ts';
import { openaiPath } from '../routes.ts';
import { parseModel } from '../scenarios.ts';
import type { ReceivedRequest } from '../types.ts';
import { openLive } from './live.ts';
import { Message } from './message.ts';
import { openRealtime } from './realtime.ts';
import { openResponses } from './responses.ts';

/** What one WebSocket is about. */
export interface Conversation {
  /** Sent when it opens. */
  readonly greeting?: object;
  answer(message: Message, body: JsonObject): Promise<void>;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createSockets(context: Context, record: (request: ReceivedRequest) => void): Sockets {
  const server = new WebSocketServer({ noServer: true });

  function serve(socket: WebSocket, request: IncomingMessage, { greeting, answer }: Conversation): void {
    if (greeting !== undefined) socket.send(JSON.stringify(greeting));
    // One after the other, so that the events of two answers never mix.
    let last = Promise.resolve();
    const unanswered = new Set<Message>();
    socket.on('message', (data) => {
      const message = new Message(request, data.toString(), socket);
      unanswered.add(message);
      record(message);
      last = last.then(async () => {
        await reply(message, answer);
        unanswered.delete(message);
      });
    });
    socket.once('close', () => {
      for (const message of unanswered) message.leave();
    });
  }

  async function reply(message: Message, answer: Conversation['answer']): Promise<void> {
    try {
      if (!isObject(message.body)) throw new RequestError(400, 'The message is not valid JSON.');
      await answer(message, message.body);
      message.status ??= 200;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      message.status = error.status;
      const body = openai.error(error.status, '', error.message);
      await message.send({
        type: 'error',
        event_id: context.id('event_', 21),
        status: error.status,
        ...body,
      });
    }
    message.end();
  }

  return {
    upgrade(request, socket, head) {
      try {
        const conversation = open(context, request);
        server.handleUpgrade(request, socket, head, (opened) => serve(opened, request, conversation));
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        refuse(socket, error);
      }
    },
    close() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}

function open(context: Context, request: IncomingMessage): Conversation {
  const { headers } = request;
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://provider');
  const { path, azure } = openaiPath(pathname);
  if (path === '/responses') return openResponses(context, request);
  if (path.startsWith('/live/sessions')) return openLive(context, request, path);
  if (path !== '/realtime') throw new RequestError(404, `Invalid URL (GET ${pathname})`);
  const named = query.get('model') ?? query.get('deployment') ?? '';
  const { scenario } = parseModel(named, 'realtime');
  if (context.fails({ headers, rawBody: named }, scenario)) {
    throw new RequestError(scenario.status ?? 500, 'The handshake was refused.');
  }
  return openRealtime(context, request, azure);
}

function refuse(socket: Duplex, { status, message }: RequestError): void {
  const body = JSON.stringify(openai.error(status, '', message));
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
