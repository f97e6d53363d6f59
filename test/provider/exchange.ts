import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { parseForm } from './form.ts';
import { parseJson } from './json.ts';
import type { Outlet } from './outlet.ts';
import type { Fault, ReceivedRequest } from './types.ts';

/** One request and the connection its answer goes out on. */
export class Exchange implements ReceivedRequest, Outlet {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  readonly body: unknown;
  readonly ended: Promise<'complete' | 'disconnected'>;
  status: number | undefined;
  fault: Fault | undefined;
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();

  static async receive(request: IncomingMessage, bytes: Buffer, response: ServerResponse): Promise<Exchange> {
    const form = await parseForm(bytes, request.headers['content-type'] ?? '');
    return new Exchange(request, bytes.toString(), form, response);
  }

  private constructor(request: IncomingMessage, rawBody: string, form: unknown, response: ServerResponse) {
    this.method = request.method ?? '';
    this.path = request.url ?? '';
    this.headers = request.headers;
    this.rawBody = rawBody;
    this.body = form ?? parseJson(rawBody);
    this.#response = response;
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        this.#closed.abort();
        resolve(response.writableFinished ? 'complete' : 'disconnected');
      });
    });
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  header(name: string): string | undefined {
    return this.headers[name]?.toString();
  }

  /** The headers go out at once. */
  head(status: number, headers: Record<string, string>): void {
    this.status = status;
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
  }

  async write(bytes: Buffer | string): Promise<void> {
    if (this.isClosed || this.#response.write(bytes)) return;
    await once(this.#response, 'drain', { signal: this.#closed.signal }).catch(() => {});
  }

  /** Node would join what is written in one turn. */
  async writeApart(bytes: Buffer): Promise<void> {
    await this.write(bytes);
    await nextTurn();
  }

  end(bytes: Buffer | string = ''): void {
    if (!this.isClosed) this.#response.end(bytes);
  }

  cut(): void {
    this.#response.socket?.destroySoon();
  }

  async untilClosed(): Promise<void> {
    if (!this.isClosed) await once(this.#closed.signal, 'abort');
  }

  async pause(milliseconds: number | undefined): Promise<void> {
    if (milliseconds === undefined || this.isClosed) return;
    await delay(milliseconds, undefined, { signal: this.#closed.signal }).catch(() => {});
  }
}
