import { connect, createServer } from 'node:net';
import type { ResolvedConfig } from '../config.ts';
import { type Destination, metricDestinations, traceDestinations } from '../destinations.ts';
import type { Finding } from './types.ts';

const section = 'Exporters';
const TIMEOUT_MILLISECONDS = 2000;

/** What an app with these variables would serve or send, and whether it can. */
export async function checkExporters(
  config: ResolvedConfig,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const metrics = metricDestinations(config, environment);
  const nowhere: Finding = {
    section,
    level: 'warning',
    subject: 'metrics',
    text: 'go nowhere: OTEL_METRICS_EXPORTER is none',
    advice: 'That is right only for an app that registers a meter provider of its own.',
  };
  return [
    ...(metrics.length === 0 ? [nowhere] : []),
    ...(await Promise.all(metrics.map((destination) => checkDestination('metrics', destination, config)))),
    ...(await Promise.all(
      traceDestinations(environment).map((destination) => checkDestination('traces', destination, config)),
    )),
  ];
}

async function checkDestination(
  subject: 'metrics' | 'traces',
  { exporter, url }: Destination,
  config: ResolvedConfig,
): Promise<Finding> {
  if (exporter === 'prometheus' && url) return checkScrapeEndpoint(url, config.prometheus);
  if (exporter === 'otlp' && url) return checkCollector(subject, url);
  const text =
    exporter === 'app' ? "go to the app's own tracer provider, if it registers one" : `go to ${exporter}`;
  return { section, level: 'ok', subject, text };
}

async function checkScrapeEndpoint(url: string, prometheus: ResolvedConfig['prometheus']): Promise<Finding> {
  const { host, port } = prometheus;
  const at = `Prometheus at ${url}`;
  const found = { section, subject: 'metrics' } as const;
  if (port === 0) {
    return { ...found, level: 'ok', text: `${at}, on any free port: the app prints which` };
  }
  const failure = await tryToListen(port, host);
  if (failure === undefined) return { ...found, level: 'ok', text: `${at}, the port is free` };
  if (await servesMetrics(url)) return { ...found, level: 'ok', text: `${at}, served right now` };
  const text =
    failure === 'EADDRINUSE'
      ? `${at}: the port is in use by something else`
      : `${at}: cannot listen (${failure})`;
  const advice = 'Set OTEL_EXPORTER_PROMETHEUS_PORT to another port, or to 0 for any free one.';
  return { ...found, level: 'problem', text, advice };
}

/** The code of the error, or undefined when nothing is in the way. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Whether it is an app with tokenmeter that has the port: doctor may well run beside it. */
async function servesMetrics(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}?zero_first=false`, {
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return /^(?:tokenmeter_|target_info)/m.test(await response.text());
  } catch {
    return false;
  }
}

async function checkCollector(subject: string, url: string): Promise<Finding> {
  const found = { section, subject, text: `OTLP to ${url}` } as const;
  if (await answers(url)) return { ...found, level: 'ok' };
  return { ...found, level: 'warning', text: `${found.text}: nothing answers there now` };
}

function answers(url: string): Promise<boolean> {
  const full = url.includes('://') ? url : `http://${url}`;
  if (!URL.canParse(full)) return Promise.resolve(false);
  const address = new URL(full);
  const port = Number(address.port) || (address.protocol === 'https:' ? 443 : 80);
  const socket = connect(port, address.hostname.replace(/^\[|\]$/g, ''));
  return new Promise((resolve) => {
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(TIMEOUT_MILLISECONDS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
