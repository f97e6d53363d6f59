import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

export interface ScrapeEndpoint {
  readonly exporter: PrometheusExporter;
  /** Resolves to the URL once it answers; rejects with an error that names the port and a way out. */
  readonly listening: Promise<string>;
  close(): Promise<void>;
}

/**
 * Serves metrics for Prometheus. The exporter's own server cannot take a free port (0), so this is
 * one of ours around it. It never keeps the process alive.
 */
export function startScrapeEndpoint(options: { host: string; port: number; path: string }): ScrapeEndpoint {
  const { host, port, path } = options;
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] === path) return exporter.getMetricsRequestHandler(request, response);
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`Metrics are at ${path}\n`);
  });
  server.unref();
  // Nor does a scraper that keeps its connection open.
  server.on('connection', (socket) => socket.unref());
  const listening = new Promise<string>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => resolve(urlOf(server, host, path)));
  });
  // Whoever needs the URL awaits it; a failure that nobody awaits must not end the app.
  listening.catch(() => {});
  return { exporter, listening, close: () => close(server) };
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
