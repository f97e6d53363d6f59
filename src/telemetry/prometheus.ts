import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diag } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { reportFault } from '../report.ts';
import { nextTurn } from '../turn.ts';
import { exposition, expositionOf } from './exposition.ts';
import { readGauges } from './gauges.ts';
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
  /** How many ports to try, from `port` up. Default: 1. */
  readonly ports?: number | undefined;
  /** Waits for what is still to come. */
  beforeScrape?(): Promise<void>;
}

/** With it in the query, a scrape shows what is there and is not one of those that count. */
const ONE_LOOK = 'zero_first=false';

/**
 * Serves metrics for Prometheus. The OTel exporter's server cannot take a free port, and its serialiser
 * would keep the app waiting while it writes thousands of series: so both are ours, and it is there for
 * the few that the SDK keeps. Never keeps the process alive.
 */
export function startScrapeEndpoint(options: ScrapeOptions): ScrapeEndpoint {
  const { host, path, series } = options;
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const scrapers = new Scrapers(series, options.zeros);
  const server = createServer((request, response) => {
    const [pathname, query = ''] = (request.url ?? '').split('?');
    if (pathname !== path) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`Metrics are at ${path}\n`);
      return;
    }
    respond(request, response, query.split('&').includes(ONE_LOOK)).catch((error: Error) => {
      diag.warn(`tokenmeter: a scrape failed: ${error.message}`);
      response.destroy();
    });
  });

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    isOneLook: boolean,
  ): Promise<void> {
    await options.beforeScrape?.();
    if (isOneLook) return send(response, exposition(series, EVERYTHING));
    const reader = scrapers.recognise(request);
    series.sweep();
    const collection = reader.begin();
    await send(response, exposition(series, collection));
    reader.end(collection);
    scrapers.told();
  }

  async function send(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
    const { resourceMetrics, errors } = await exporter.collect();
    for (const error of errors) diag.warn('tokenmeter: collecting metrics failed', error);
    const gauges = await readGauges(series.gauges, (fault) => reportFault('reading gauges', fault));
    const rest = expositionOf(gauges) + serializer.serialize(resourceMetrics);
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    await pipeline(Readable.from(inTurns(pieces, rest)), response);
  }

  server.unref();
  // Nor does a scraper that keeps its connection open.
  server.on('connection', (socket) => socket.unref());
  const listening = listen(server, options).then(() => urlOf(server, host, path));
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

async function listen(server: Server, { host, port, ports = 1 }: ScrapeOptions): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      // Not the port that `node:cluster` shares among its workers: each would answer in turn.
      server.listen({ port: port === 0 ? 0 : port + n, host, exclusive: true });
      await once(server, 'listening');
      server.on('error', (error) => diag.warn(`tokenmeter: serving metrics failed: ${error.message}`));
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || n + 1 >= ports) throw explain(error as Error, host, port);
    }
  }
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
