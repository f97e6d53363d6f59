import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diag } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { nextTurn } from '../turn.ts';
import { exposition } from './exposition.ts';
import { Scrapers } from './scrapers.ts';
import type { SeriesTable } from './series-table.ts';

export interface ScrapeEndpoint {
  /** Through it a scrape reads what the OTel SDK keeps. */
  readonly exporter: PrometheusExporter;
  /** Resolves to the URL once it answers; rejects with an error that names the port and a way out. */
  readonly listening: Promise<string>;
  /** Resolves when everyone who scrapes was told of everything, at the latest after so many seconds. */
  drain(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface ScrapeOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly series: SeriesTable;
  /** How often a new counter is reported as 0 first. */
  readonly zeros: number;
}

/** With it in the query, a scrape shows what is there and is not one of those that count. */
const ONE_LOOK = 'zero_first=false';

/**
 * Serves metrics for Prometheus. The OTel exporter's server cannot take a free port, and its serialiser
 * would keep the app waiting while it writes thousands of series: so both are ours, and it is there for
 * the few that the SDK keeps. Never keeps the process alive.
 */
export function startScrapeEndpoint(options: ScrapeOptions): ScrapeEndpoint {
  const { host, port, path, series } = options;
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const scrapers = new Scrapers(series, options.zeros);
  const server = createServer((request, response) => {
    const [pathname, query = ''] = (request.url ?? '').split('?');
    if (pathname !== path) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`Metrics are at ${path}\n`);
      return;
    }
    const answered = query.split('&').includes(ONE_LOOK) ? look(response) : scrape(request, response);
    answered.catch((error: Error) => {
      diag.warn(`tokenmeter: a scrape failed: ${error.message}`);
      response.destroy();
    });
  });

  async function scrape(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reader = scrapers.recognise(request);
    series.sweep();
    const collection = reader.begin();
    await send(response, exposition(series, collection));
    reader.end(collection);
    scrapers.told();
  }

  function look(response: ServerResponse): Promise<void> {
    return send(response, exposition(series, EVERYTHING));
  }

  async function send(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
    const { resourceMetrics, errors } = await exporter.collect();
    for (const error of errors) diag.warn('tokenmeter: collecting metrics failed', error);
    const rest = serializer.serialize(resourceMetrics);
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    await pipeline(Readable.from(inTurns(pieces, rest)), response);
  }

  server.unref();
  // Nor does a scraper that keeps its connection open.
  server.on('connection', (socket) => socket.unref());
  const listening = new Promise<string>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen({ port, host, exclusive: true }, () => resolve(urlOf(server, host, path)));
  });
  // Whoever needs the URL awaits it; a failure that nobody awaits must not end the app.
  listening.catch(() => {});
  return {
    exporter,
    listening,
    drain: (seconds) => scrapers.drain(seconds),
    close: () => close(server),
  };
}

const EVERYTHING = { tick: Number.POSITIVE_INFINITY, shownIfBornBefore: Number.POSITIVE_INFINITY };

async function* inTurns(pieces: Iterable<string>, rest: string): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await nextTurn();
  }
  yield `${rest}\n`;
}

function urlOf(server: Server, host: string, path: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const wayOut = 'Set OTEL_EXPORTER_PROMETHEUS_PORT to another port, or to 0 for any free one.';
  if (error.code === 'EADDRINUSE') {
    return new Error(`port ${port} on ${host} is in use, so no metrics are served. ${wayOut}`, {
      cause: error,
    });
  }
  return new Error(`metrics cannot be served on ${host}:${port}: ${error.message}. ${wayOut}`, {
    cause: error,
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
