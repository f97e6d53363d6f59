/** A server on a real socket that answers each request as it is told. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Answer, answerTo, hasNoBody } from './reply.ts';
import type { Transport } from './run.ts';

export interface Socket {
  readonly transport: Transport;
  close(): Promise<void>;
}

export async function openSocket(): Promise<Socket> {
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const answer = answers.get(String(request.headers['x-fuzz']));
    request.resume().once('end', () => void send(answer as Answer, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let count = 0;
  return {
    async transport(plan, asked, url, init) {
      const { status, headers, pieces } = answerTo(plan, asked);
      // A length that is wrong is the HTTP client's to refuse, a redirect its to follow.
      const { 'content-length': _, ...kept } = headers;
      const key = String(++count);
      answers.set(key, { status: status >= 300 && status < 400 ? 400 : status, headers: kept, pieces });
      const sent = new Headers(init.headers);
      sent.set('x-fuzz', key);
      // Until then: after a 421, fetch itself asks a second time.
      const forget = () => answers.delete(key);
      return fetch(new URL(new URL(url).pathname, `http://127.0.0.1:${port}`), {
        ...init,
        headers: sent,
      }).finally(forget);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function send({ status, headers, pieces }: Answer, response: ServerResponse): Promise<void> {
  response.writeHead(status, headers);
  if (hasNoBody(status)) return void response.end();
  for (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
    await nextTurn();
  }
  response.end();
}
