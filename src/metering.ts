import cluster from 'node:cluster';
import { createNoopMeter, diag, type Meter, metrics } from '@opentelemetry/api';
import { type IMetricReader, MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import type { MetricExporterName } from './config/environment.ts';
import { type ResolvedConfig, seriesLimits } from './config.ts';
import { type Destination, metricDestinations } from './destinations.ts';
import { TokenmeterError } from './errors.ts';
import { beforeExit } from './exit.ts';
import type { TokenmeterInstrumentation } from './instrumentation.ts';
import { firstLine, reportFault } from './report.ts';
import { Metrics } from './telemetry/metrics.ts';
import { METRIC, SCOPE_NAME } from './telemetry/names.ts';
import { type ScrapeEndpoint, type ScrapeOptions, startScrapeEndpoint } from './telemetry/prometheus.ts';
import { ZEROS } from './telemetry/reader.ts';
import { consoleReader, otlpReader, type Pushing } from './telemetry/readers.ts';
import { createResource } from './telemetry/resource.ts';
import { SeriesTable } from './telemetry/series-table.ts';
import { announce } from './workers/discovery.ts';
import { type Channel, Forwarder } from './workers/forwarder.ts';
import { isUnderPm2 } from './workers/pm2.ts';
import { WorkerCalls } from './workers/primary.ts';

/** Where the metrics of one meter go. */
export interface Metering {
  readonly destinations: readonly Destination[];
  /** Where they can be scraped; undefined where they cannot. Rejects when the port cannot be used. */
  readonly url: Promise<string | undefined>;
  /** Lets them count what an instrumentation sees. */
  connect(instrumentation: TokenmeterInstrumentation): void;
  shutdown(): Promise<void>;
}

/** @throws {TokenmeterError} where an exporter cannot be loaded. */
export function startMetering(config: ResolvedConfig): Metering {
  const joined = joinedMetering();
  if (joined) return joined;
  return config.metricExporters.includes('prometheus') && cluster.isWorker
    ? workerMetering(config)
    : ownMetering(config);
}

/** Through the provider that the app has registered, with whatever exporters it has. Its shutdown is the app's. */
function joinedMetering(): Metering | undefined {
  const provider = metrics.getMeterProvider();
  if (provider.getMeter(SCOPE_NAME) === createNoopMeter()) return undefined;
  return {
    destinations: [{ exporter: 'app' }],
    url: Promise.resolve(undefined),
    connect: (instrumentation) => instrumentation.setMeterProvider(provider),
    shutdown: async () => {},
  };
}

/** Through a provider of our own, not registered globally: an app that sets one up later finds the place free. */
function ownMetering(config: ResolvedConfig): Metering {
  let workers: WorkerCalls | undefined;
  const local = openLocal(config, config.metricExporters, {
    beforeScrape: async () => workers?.flush(),
  });
  return {
    destinations: metricDestinations(config, process.env),
    url: local.url,
    connect(instrumentation) {
      const metrics = local.createMetrics(instrumentation);
      instrumentation.useCounting([metrics]);
      if (!cluster.isPrimary || !local.endpoint) return;
      workers = new WorkerCalls(cluster, metrics, local.endpoint.listening);
      metrics.addGauges(workers.gauges);
      observeWorkers(local.meter, workers);
    },
    async shutdown() {
      await workers?.flush();
      workers?.stop();
      await local.shutdown();
    },
  };
}

/**
 * In a worker of `node:cluster`. The primary counts the calls of all workers and serves them together; where
 * it does not meter (that of PM2 does not), each worker serves its own, at the next port that is free.
 */
function workerMetering(config: ResolvedConfig): Metering {
  const pushed = config.metricExporters.filter((name) => name !== 'prometheus');
  const pushing = pushed.length > 0 ? openLocal(config, pushed) : undefined;
  const forwarder = new Forwarder(process as Channel, { isPrimaryOurs: !isUnderPm2(process.env) });
  let serving: Local | undefined;
  let url: Promise<string | undefined> = Promise.resolve(undefined);
  const flush = () => forwarder.flush();
  process.on('exit', flush);
  return {
    destinations: metricDestinations(config, process.env),
    get url() {
      return url;
    },
    connect(instrumentation) {
      instrumentation.useCounting([forwarder, ...(pushing ? [pushing.createMetrics(instrumentation)] : [])]);
      url = forwarder.welcomed.then((primary) => {
        if (primary !== undefined) return primary;
        serving = openLocal(config, ['prometheus'], { ports: PORTS_OF_WORKERS });
        forwarder.useInstead(serving.createMetrics(instrumentation));
        return serving.url;
      });
      url.catch(() => {});
    },
    async shutdown() {
      await forwarder.welcomed;
      forwarder.flush();
      process.off('exit', flush);
      await Promise.all([pushing?.shutdown(), serving?.shutdown()]);
    },
  };
}

const PORTS_OF_WORKERS = 100;

/** A meter provider of our own with its readers. */
interface Local {
  readonly url: Promise<string | undefined>;
  readonly endpoint: ScrapeEndpoint | undefined;
  readonly meter: Meter;
  createMetrics(instrumentation: TokenmeterInstrumentation): Metrics;
  shutdown(): Promise<void>;
}

function openLocal(
  config: ResolvedConfig,
  exporters: readonly MetricExporterName[],
  more: Pick<ScrapeOptions, 'beforeScrape' | 'ports'> = {},
): Local {
  const { zeroFirst = 'scrape' } = config.meter;
  const series = new SeriesTable(seriesLimits(config.meter));
  const pushed: Pushing = { ...config, series, zeros: zeroFirst === 'always' ? ZEROS : 0 };
  const pushing: IMetricReader[] = [];
  if (exporters.includes('otlp')) pushing.push(loadOtlpReader(pushed));
  if (exporters.includes('console')) pushing.push(consoleReader(pushed));
  const { drainSeconds, discovery, ...address } = config.prometheus;
  const zeros = zeroFirst === 'never' ? 0 : ZEROS;
  const endpoint = exporters.includes('prometheus')
    ? startScrapeEndpoint({ ...address, ...more, series, zeros })
    : undefined;
  endpoint?.listening.catch((error: Error) => diag.error(`tokenmeter: ${error.message}`));
  const conceal = endpoint && discovery !== undefined ? announceAt(discovery, endpoint.listening) : undefined;
  const provider = new SdkMeterProvider({
    resource: createResource(config.serviceName),
    // OpenTelemetry's own limit, 2,000, would merge what is beyond it into a series without labels.
    views: [{ meterName: SCOPE_NAME, instrumentName: '*', aggregationCardinalityLimit: MAX_HISTOGRAMS }],
    readers: [...(endpoint ? [endpoint.exporter] : []), ...pushing],
  });
  const meter = provider.getMeter(SCOPE_NAME);
  const flush = async () => {
    if (drainSeconds > 0) await endpoint?.drain(drainSeconds);
    series.end();
    // One that has metered nothing does not wait for a collector that may not be there.
    if (!series.isEmpty) await provider.forceFlush();
    await conceal?.();
  };
  const isNeeded = pushing.length > 0 || drainSeconds > 0 || conceal !== undefined;
  const cancelFlush = isNeeded ? beforeExit(flush, drainSeconds * 1000) : undefined;
  return {
    url: endpoint?.listening ?? Promise.resolve(undefined),
    endpoint,
    meter,
    createMetrics: (instrumentation) =>
      new Metrics(meter, { series, priceTable: () => instrumentation.priceTable }),
    async shutdown() {
      cancelFlush?.();
      await flush();
      await provider.shutdown();
      await endpoint?.close();
    },
  };
}

/** Of one histogram. */
const MAX_HISTOGRAMS = 100_000;

/** Returns how to take it back. */
function announceAt(folder: string, listening: Promise<string>): () => Promise<void> {
  const announced = listening
    .then((url) => announce(folder, url))
    .catch((fault) => reportFault('announcing the port to Prometheus', fault));
  return async () => (await announced)?.();
}

function observeWorkers(meter: Meter, workers: WorkerCalls): void {
  const { name, ...options } = METRIC.workers;
  meter.createObservableGauge(name, options).addCallback((result) => {
    const { answered, silent } = workers.counts;
    if (answered + silent === 0) return;
    result.observe(answered, { state: 'answered' });
    result.observe(silent, { state: 'silent' });
  });
}

/** The package is loaded from node_modules, which a bundled app may come without. */
function loadOtlpReader(pushing: Pushing): IMetricReader {
  try {
    return otlpReader(pushing, process.env);
  } catch (cause) {
    throw new TokenmeterError(`OTEL_METRICS_EXPORTER=otlp: no exporter: ${firstLine(cause)}`, { cause });
  }
}
