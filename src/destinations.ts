import type { ResolvedConfig } from './config.ts';
import { tracesAreConfigured } from './telemetry/tracing.ts';

/** Where telemetry goes. */
export interface Destination {
  /** `app`: the provider that the app has registered itself. The others are names of OTEL_*_EXPORTER. */
  readonly exporter: string;
  readonly url?: string | undefined;
}

type Signal = 'metrics' | 'traces';

export function metricDestinations(config: ResolvedConfig, environment: NodeJS.ProcessEnv): Destination[] {
  const exporters = new Set(config.metricExporters);
  exporters.delete('none');
  return [...exporters].map((exporter) => {
    if (exporter === 'prometheus') return { exporter, url: scrapeUrl(config.prometheus) };
    if (exporter === 'otlp') return { exporter, url: otlpUrl('metrics', environment) };
    return { exporter };
  });
}

export function traceDestinations(environment: NodeJS.ProcessEnv): Destination[] {
  if (!tracesAreConfigured(environment)) return [{ exporter: 'app' }];
  const names = (environment.OTEL_TRACES_EXPORTER || 'otlp').split(',').map((name) => name.trim());
  return names.map((exporter) =>
    exporter === 'otlp' ? { exporter, url: otlpUrl('traces', environment) } : { exporter },
  );
}

export function scrapeUrl({ host, port, path }: ResolvedConfig['prometheus']): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

/** As OpenTelemetry reads the variables: one for the signal is used as it is, the common one gets a path. */
function otlpUrl(signal: Signal, environment: NodeJS.ProcessEnv): string {
  const name = signal.toUpperCase();
  const protocol =
    environment[`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`] || environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  const isGrpc = protocol === 'grpc';
  const own = environment[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`];
  if (own) return withoutPassword(own);
  const common = environment.OTEL_EXPORTER_OTLP_ENDPOINT || `http://localhost:${isGrpc ? 4317 : 4318}`;
  return withoutPassword(isGrpc ? common : `${common.replace(/\/$/, '')}/v1/${signal}`);
}

/** Up to the last @: a password may have any character in it that should have been escaped. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/s, '//***@').replace(/([?&][^=&]*password=)[^&#]*/gi, '$1***');
}
