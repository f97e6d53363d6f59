import {
  createNoopMeter,
  DiagConsoleLogger,
  DiagLogLevel,
  diag,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import { type IMetricReader, MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { type ResolvedConfig, resolveConfig, seriesLimits, type TokenmeterConfig } from './config.ts';
import { type Destination, metricDestinations, traceDestinations } from './destinations.ts';
import { type Diagnosis, diagnosis } from './diagnosis.ts';
import { TokenmeterError } from './errors.ts';
import { TokenmeterInstrumentation } from './instrumentation.ts';
import { warnVisibly } from './report.ts';
import { SCOPE_NAME } from './telemetry/names.ts';
import { type ScrapeEndpoint, startScrapeEndpoint } from './telemetry/prometheus.ts';
import { ZEROS } from './telemetry/reader.ts';
import { consoleReader, otlpReader, type Pushing } from './telemetry/readers.ts';
import { createResource } from './telemetry/resource.ts';
import { SeriesTable } from './telemetry/series-table.ts';
import {
  lateTracerProvider,
  prepareTracing,
  type Tracing,
  tracesAreConfigured,
} from './telemetry/tracing.ts';

/** A running meter. */
export interface Tokenmeter {
  readonly instrumentation: TokenmeterInstrumentation;
  /**
   * The URL where metrics can be scraped, once it answers; undefined where none is served. Rejects,
   * with an error that says what to do, when the port cannot be used.
   */
  readonly metricsUrl: Promise<string | undefined>;
  /** Says what is metered in this process, and where metrics and traces go. */
  diagnose(): Promise<Diagnosis>;
  /** Takes the patches out, exports what is left and closes the port. */
  shutdown(): Promise<void>;
}

/**
 * Starts metering: patches the SDKs as they are loaded and makes metrics and spans available as the
 * options and the standard OTEL_* variables say. Call it before the SDKs are imported.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export function startTokenmeter(config: TokenmeterConfig = {}): Tokenmeter {
  const resolved = resolveConfig(config, process.env);
  if (resolved.logLevel) {
    diag.setLogger(new DiagConsoleLogger(), {
      logLevel: DiagLogLevel[resolved.logLevel],
      suppressOverrideMessage: true,
    });
  }
  if (resolved.disabled) return disabledMeter();
  // What can fail comes first: nothing is patched by a start that fails.
  const metering = joinedMeterProvider() ?? ownMeterProvider(resolved);
  const instrumentation = new TokenmeterInstrumentation(resolved.meter);
  if (metering.series) instrumentation.useSeries(metering.series);
  instrumentation.setMeterProvider(metering.provider);
  const tracing = startTraces(instrumentation, resolved);
  let stopped: Promise<unknown> | undefined;
  const metricsUrl = metering.endpoint?.listening ?? Promise.resolve(undefined);
  return {
    instrumentation,
    metricsUrl,
    diagnose: async () => {
      const problems: string[] = [];
      const url = await metricsUrl.catch((error: Error) => void problems.push(error.message));
      const served = ({ exporter, ...rest }: Destination) =>
        exporter === 'prometheus' ? { exporter, url } : { exporter, ...rest };
      const traces = tracing ? traceDestinations(process.env) : [{ exporter: 'app' }];
      return diagnosis({ metrics: metering.destinations.map(served), traces, problems });
    },
    shutdown: async () => {
      instrumentation.disable();
      instrumentation.settleOpenCalls();
      stopped ??= Promise.all([metering.shutdown(), tracing?.shutdown()]);
      await stopped;
    },
  };
}

/** For `OTEL_SDK_DISABLED=true`. */
function disabledMeter(): Tokenmeter {
  return {
    instrumentation: new TokenmeterInstrumentation({ enabled: false }),
    metricsUrl: Promise.resolve(undefined),
    diagnose: async () =>
      diagnosis({ metrics: [], traces: [], problems: ['OTEL_SDK_DISABLED turns everything off'] }),
    shutdown: async () => {},
  };
}

/** Of one metric. */
const MAX_SERIES = 500_000;

interface Metering {
  readonly provider: MeterProvider;
  readonly endpoint?: ScrapeEndpoint | undefined;
  readonly destinations: readonly Destination[];
  /** What its readers read themselves. */
  readonly series?: SeriesTable;
  shutdown(): Promise<void>;
}

/** The provider that the app has registered, with whatever exporters it has. Its shutdown is the app's. */
function joinedMeterProvider(): Metering | undefined {
  const provider = metrics.getMeterProvider();
  if (provider.getMeter(SCOPE_NAME) === createNoopMeter()) return undefined;
  return { provider, destinations: [{ exporter: 'app' }], shutdown: async () => {} };
}

/** One of our own, not registered globally: an app that sets up OpenTelemetry later finds its place free. */
function ownMeterProvider(config: ResolvedConfig): Metering {
  const exporters = new Set(config.metricExporters);
  const { zeroFirst = 'scrape' } = config.meter;
  const series = new SeriesTable(seriesLimits(config.meter));
  const pushed: Pushing = { ...config, series, zeros: zeroFirst === 'always' ? ZEROS : 0 };
  const pushing: IMetricReader[] = [];
  if (exporters.has('otlp')) pushing.push(loadOtlpReader(pushed));
  if (exporters.has('console')) pushing.push(consoleReader(pushed));
  const zeros = zeroFirst === 'never' ? 0 : ZEROS;
  const endpoint = exporters.has('prometheus')
    ? startScrapeEndpoint({ ...config.prometheus, series, zeros })
    : undefined;
  endpoint?.listening.catch((error: Error) => diag.error(`tokenmeter: ${error.message}`));
  const provider = new SdkMeterProvider({
    resource: createResource(config.serviceName),
    // OpenTelemetry's own limit, 2,000 series, would merge the users beyond it into one that has no labels.
    views: [{ meterName: SCOPE_NAME, instrumentName: '*', aggregationCardinalityLimit: MAX_SERIES }],
    readers: [...(endpoint ? [endpoint.exporter] : []), ...pushing],
  });
  const cancelFlush =
    pushing.length > 0
      ? flushAtExit(() => {
          series.end();
          return provider.forceFlush();
        })
      : undefined;
  return {
    provider,
    endpoint,
    series,
    destinations: metricDestinations(config, process.env),
    shutdown: async () => {
      cancelFlush?.();
      const { drainSeconds } = config.prometheus;
      if (drainSeconds > 0) await endpoint?.drain(drainSeconds);
      series.end();
      await provider.shutdown();
      await endpoint?.close();
    },
  };
}

/** Spans go to the app's provider, or to one of ours where the variables name a place for traces. */
function startTraces(
  instrumentation: TokenmeterInstrumentation,
  config: ResolvedConfig,
): Tracing | undefined {
  const tracing = tracesAreConfigured(process.env) ? loadTracing(config) : undefined;
  instrumentation.setTracerProvider(lateTracerProvider(tracing));
  if (!tracing) return undefined;
  const cancelFlush = flushAtExit(() => tracing.shutdown());
  return {
    ...tracing,
    shutdown: async () => {
      cancelFlush();
      await tracing.shutdown();
    },
  };
}

/** The package is loaded from node_modules, which a bundled app may come without. */
function loadOtlpReader(pushing: Pushing): IMetricReader {
  try {
    return otlpReader(pushing, process.env);
  } catch (cause) {
    throw new TokenmeterError(`OTEL_METRICS_EXPORTER=otlp: no exporter: ${firstLine(cause)}`, { cause });
  }
}

/** As above; the app is metered without it. */
function loadTracing(config: ResolvedConfig): Tracing | undefined {
  try {
    return prepareTracing(config.serviceName);
  } catch (error) {
    warnVisibly('no tracing', `no traces are exported: ${firstLine(error)}`);
    return undefined;
  }
}

function firstLine(error: unknown): string {
  return String(error).replace(/\n.*/s, '');
}

/** A process that comes to its end by itself exports what it still holds. Returns how to take that back. */
function flushAtExit(flush: () => Promise<void>): () => void {
  const atExit = () =>
    flush().catch((error: Error) => diag.error(`tokenmeter: export at exit failed: ${error.message}`));
  process.once('beforeExit', atExit);
  return () => process.off('beforeExit', atExit);
}
