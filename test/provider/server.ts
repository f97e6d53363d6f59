import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createAnswering } from './answering.ts';
import { createContext } from './context.ts';
import { Exchange } from './exchange.ts';
import type { Scenario } from './scenarios.ts';
import { createSockets } from './sockets/sockets.ts';
import type { BilledCall, ReceivedRequest } from './types.ts';

export interface Provider {
  readonly port: number;
  /** For `new OpenAI({ baseURL })`, ends in /v1. */
  readonly openaiUrl: string;
  /** For `new Anthropic({ baseURL })`, and `new AzureOpenAI({ endpoint })`. */
  readonly anthropicUrl: string;
  /** Every request whose body arrived, and every message through a WebSocket, in order. */
  readonly requests: readonly ReceivedRequest[];
  readonly billed: readonly BilledCall[];
  /** The next request whose body arrives. */
  nextRequest(): Promise<ReceivedRequest>;
  /** Ends open answers too. */
  close(): Promise<void>;
}

export interface ProviderOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Changes ids and the counts that no scenario gives. Default: 1. */
  readonly seed?: number;
  /** Directives for a request, laid over those of its model name. For callers that need real model names. */
  readonly scenario?: (request: ReceivedRequest) => Scenario;
}

/** OpenAI and Anthropic on one port; `scenarios.ts` says what a model name can make it do. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { port = 0, host = '127.0.0.1', seed = 1 } = options;
  const requests: ReceivedRequest[] = [];
  const billed: BilledCall[] = [];
  const waiting: ((request: ReceivedRequest) => void)[] = [];
  const record = (request: ReceivedRequest) => {
    requests.push(request);
    for (const resolve of waiting.splice(0)) resolve(request);
  };
  const context = createContext(seed, billed, options.scenario);
  const answer = createAnswering(context);

  const server = createServer((request, response) => void receive(request, response));
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request).catch(() => undefined);
    if (bytes === undefined) return; // the client left before its request was complete
    const exchange = await Exchange.receive(request, bytes, response);
    record(exchange);
    await answer(exchange);
  }

  const sockets = createSockets(context, record);
  server.on('upgrade', sockets.upgrade);

  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const origin = `http://${host}:${address.port}`;
  return {
    port: address.port,
    openaiUrl: `${origin}/v1`,
    anthropicUrl: origin,
    requests,
    billed,
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      sockets.close();
      await closed;
    },
  };
}
