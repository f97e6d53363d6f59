import { createConnection } from 'node:net';
import OpenAI from 'openai';
import type { OpenAIRealtimeEmitter } from 'openai/realtime/internal-base';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { SidebandWS } from 'openai/resources/live/sideband/ws';
import { LiveWS } from 'openai/resources/live/ws';
import type { Provider } from './server.ts';

type Options = NonNullable<ConstructorParameters<typeof OpenAIRealtimeWS>[0]['options']>;

/**
 * For `options` of `OpenAIRealtimeWS`: the SDK insists on a `wss:` URL, and this makes the connection under
 * it one without TLS.
 */
export function plainSocket({ port }: Pick<Provider, 'port'>): Options {
  return { createConnection: (() => createConnection(port, '127.0.0.1')) as typeof createConnection };
}

/** A session of the SDK's Realtime client on `ws`, after its `session.created` event. */
export function openRealtimeWS(provider: Provider, model: string): Promise<OpenAIRealtimeWS> {
  return created(new OpenAIRealtimeWS({ model, options: plainSocket(provider) }, clientOf(provider)));
}

/** The same on the global `WebSocket`, which is replaced while the SDK makes the connection. */
export function openRealtimeWebSocket(provider: Provider, model: string): Promise<OpenAIRealtimeWebSocket> {
  const { WebSocket } = globalThis;
  class PlainWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(String(url).replace(/^wss:/, 'ws:'), protocols);
    }
  }
  globalThis.WebSocket = PlainWebSocket as typeof WebSocket;
  try {
    return created(new OpenAIRealtimeWebSocket({ model }, clientOf(provider)));
  } finally {
    globalThis.WebSocket = WebSocket;
  }
}

/** A Live session that delegates to a model, and a second connection to it. */
export async function openLive(provider: Provider, delegate: string) {
  const client = clientOf(provider);
  const session = new LiveWS(client);
  const started = new Promise<string>((resolve) =>
    session.once('session.started', ({ session: { id } }) => resolve(id)),
  );
  const delegation = { type: 'responses', model: delegate };
  session.send({ type: 'session.start', session: { model: 'gpt-live-1', delegation } as never });
  const sideband = new SidebandWS(client, { session_id: await started });
  await new Promise<unknown>((resolve) => sideband.once('session.started', resolve));
  return { session, sideband };
}

async function created<T extends OpenAIRealtimeEmitter>(realtime: T): Promise<T> {
  await new Promise((resolve, reject) => {
    realtime.once('session.created', resolve);
    realtime.on('error', reject);
  });
  return realtime;
}

function clientOf({ openaiUrl }: Provider): OpenAI {
  return new OpenAI({ apiKey: 'test', baseURL: openaiUrl, logLevel: 'off' });
}
