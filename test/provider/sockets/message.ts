import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { parseJson } from '../json.ts';
import type { Outlet } from '../outlet.ts';
import type { Fault, ReceivedRequest } from '../types.ts';

type Ending = 'complete' | 'disconnected';

/** One message of a client, and the WebSocket its answer goes out on, an event a message. */
export class Message implements ReceivedRequest, Outlet {
  readonly method = 'MESSAGE';
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  readonly body: unknown;
  readonly ended: Promise<Ending>;
  status: number | undefined;
  fault: Fault | undefined;
  readonly #socket: WebSocket;
  readonly #closed = new AbortController();
  readonly #ended: (how: Ending) => void;

  constructor({ url = '', headers }: IncomingMessage, rawBody: string, socket: WebSocket) {
    this.path = url;
    this.headers = headers;
    this.rawBody = rawBody;
    this.body = parseJson(rawBody);
    this.#socket = socket;
    const { promise, resolve } = withResolvers();
    this.ended = promise;
    this.#ended = resolve;
  }

  /** The connection is gone. */
  leave(): void {
    this.#closed.abort();
    this.#ended('disconnected');
  }

  get isClosed(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  head(status: number): void {
    this.status = status;
  }

  async write(bytes: Buffer | string): Promise<void> {
    await this.send(bytes.toString());
  }

  async writeApart(bytes: Buffer): Promise<void> {
    await this.write(bytes);
  }

  async send(event: string | object): Promise<void> {
    if (this.isClosed) return;
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    await new Promise<void>((resolve) => this.#socket.send(text, () => resolve()));
  }

  /** The connection stays open for the next message. */
  end(): void {
    this.#ended('complete');
  }

  cut(): void {
    this.#ended('disconnected');
    this.#socket.terminate();
  }

  async untilClosed(): Promise<void> {
    if (!this.isClosed) await once(this.#closed.signal, 'abort');
  }

  async pause(milliseconds: number | undefined): Promise<void> {
    if (milliseconds === undefined || this.isClosed) return;
    await delay(milliseconds, undefined, { signal: this.#closed.signal }).catch(() => {});
  }
}

function withResolvers() {
  let resolve: (how: Ending) => void = () => {};
  const promise = new Promise<Ending>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
