import * as v from 'valibot';
import type { Budget, BudgetOptions } from './budgets/types.ts';
import type { UserResolver } from './calls/pipeline.ts';
import type { ShownUserOptions } from './calls/shown-user.ts';
import { EnvironmentSchema, type LOG_LEVELS, type MetricExporterName } from './config/environment.ts';
import { ConfigSchema, InstrumentationSchema } from './config/schema.ts';
import { ConfigError } from './errors.ts';
import type { LedgerOptions } from './ledger/options.ts';
import { ledgerAt } from './ledger/place.ts';
import type { PriceOptions } from './pricing/overrides.ts';
import type { RefreshOptions } from './pricing/refresh.ts';
import { problemsOf } from './problems.ts';
import type { SeriesLimits } from './telemetry/series-table.ts';

/** Options of the instrumentation itself. */
export interface MeterConfig {
  /**
   * Names the user of a call that no `withUsageContext` names; returns an id, or
   * `{ user, team, feature }`. Without an answer, what the request says counts: `safety_identifier`,
   * `user`, or `metadata.user_id`. It runs before each call and should be quick; what it throws is ignored.
   */
  readonly user?: UserResolver | UserOptions | undefined;
  /**
   * How many users have series of their own, in each process. When there are more, those who spend least
   * share the label `__other__`, and totals by anything else stay exact. Default: 1000.
   */
  readonly maxUsers?: number | undefined;
  /**
   * How many time series a metric may have, in each process. Default: 50,000; 1500 with a meter provider
   * of the app's own, because OpenTelemetry merges what is beyond 2,000 unless a View says otherwise.
   */
  readonly maxSeries?: number | undefined;
  /** Seconds without calls after which a series is not reported any more. Default: 3600. */
  readonly idleSeconds?: number | undefined;
  /**
   * Where a new series is reported as 0 twice before its value is, without which `increase()` in Prometheus
   * loses the first value: to those who scrape, to all (also over OTLP, for a store that ignores start
   * timestamps, as Prometheus does), or nowhere. Default: `scrape`.
   */
  readonly zeroFirst?: 'scrape' | 'always' | 'never' | undefined;
  /**
   * Asks OpenAI for usage on streams that do not say `stream_options`, and keeps the extra chunk from
   * the app. Without it such streams cost money that is not metered. Default: true. Turn it off for
   * servers that refuse the option.
   */
  readonly streamUsage?: boolean | undefined;
  /** The model behind each deployment, where requests name one: `{ 'my-deployment': 'gpt-4.1' }`. */
  readonly deployments?: Readonly<Record<string, string>> | undefined;
  /**
   * Prices of your own: they win over the table. And where to look for a newer table, off by default.
   *
   * @example
   * { factor: 0.9, models: { 'llama-3.3-70b': { free: true }, 'gpt-4.1': { input: 1.8, output: 7.2 } } }
   */
  readonly prices?: MeterPrices | undefined;
  /**
   * What may be spent, by whom, and what happens then: a list of budgets, the path of a YAML or JSON file
   * with one, or an object with more options.
   *
   * @example
   * [{ name: 'per user', limitUsd: 5, period: 'day', per: ['user'], action: 'block' }]
   */
  readonly budgets?: readonly Budget[] | string | BudgetOptions | undefined;
  /**
   * Seconds without any progress after which a call counts as abandoned: its promise or stream is held,
   * and not read. Default: 3600. What is not held any more counts as soon as it is garbage collected.
   */
  readonly abandonAfterSeconds?: number | undefined;
}

/** Who the user is, and how he is shown. */
export interface UserOptions extends ShownUserOptions {
  /** As the function that `user` may be instead of this object. */
  readonly resolve?: UserResolver | undefined;
}

export interface MeterPrices extends PriceOptions {
  readonly refresh?: RefreshOptions | undefined;
}

export const DEFAULT_ABANDON_AFTER_SECONDS = 3600;
export const DEFAULT_MAX_USERS = 1000;
export const DEFAULT_MAX_SERIES = 50_000;
export const DEFAULT_IDLE_SECONDS = 3600;

/** Options of `startTokenmeter`. */
export interface TokenmeterConfig extends MeterConfig {
  /** Names the service in the telemetry. Default: `OTEL_SERVICE_NAME`, else `unknown_service:node`. */
  readonly serviceName?: string | undefined;
  /** Where metrics can be scraped; false for nowhere. Used unless `OTEL_METRICS_EXPORTER` says otherwise. */
  readonly prometheus?: PrometheusOptions | false | undefined;
  /**
   * Puts every call on record: in the file `tokenmeter.db`, or where the options say. Default: off, unless
   * `TOKENMETER_LEDGER` names a file or the URL of a PostgreSQL database.
   */
  readonly ledger?: boolean | LedgerOptions | undefined;
  /** Makes an OpenTelemetry log record of every call, for the app's logger provider. Default: false. */
  readonly logs?: boolean | undefined;
}

export interface PrometheusOptions {
  /** Default: `OTEL_EXPORTER_PROMETHEUS_HOST`, else `localhost`: not reachable from other machines. */
  readonly host?: string | undefined;
  /** 0 to 65535; 0 takes any free port. Default: `OTEL_EXPORTER_PROMETHEUS_PORT`, else 9464. */
  readonly port?: number | undefined;
  /** Default: `/metrics`. */
  readonly path?: string | undefined;
  /**
   * How long a shutdown waits until what is left was scraped: three scrapes are enough. Default: 0, and
   * what was not scraped before the process ends is lost.
   */
  readonly drainSeconds?: number | undefined;
  /**
   * A folder for files that tell Prometheus' `file_sd_configs` where this process serves metrics: for
   * several processes on one machine, each at a port of its own.
   */
  readonly discovery?: string | undefined;
}

/** Every option resolved: what the code wants, then the environment, then the default. */
export interface ResolvedConfig {
  readonly disabled: boolean;
  readonly serviceName: string | undefined;
  readonly meter: MeterConfig;
  readonly metricExporters: readonly MetricExporterName[];
  readonly prometheus: {
    readonly host: string;
    readonly port: number;
    readonly path: string;
    readonly drainSeconds: number;
    readonly discovery: string | undefined;
  };
  readonly ledger: LedgerOptions | undefined;
  readonly logs: boolean;
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
  readonly logLevel: (typeof LOG_LEVELS)[number] | undefined;
}

/** Throws a ConfigError that names every bad option and variable and quotes its value. */
export function resolveConfig(config: unknown, environment: NodeJS.ProcessEnv): ResolvedConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const options = v.safeParse(ConfigSchema, config);
  const variables = v.safeParse(EnvironmentSchema, given);
  const problems = [...problemsOf('option', options.issues), ...problemsOf('variable', variables.issues)];
  if (!options.success || !variables.success) throw new ConfigError(problems);

  const { serviceName, prometheus, ledger, logs, ...meter } = options.output;
  const env = variables.output;
  const user = checkUser({
    label: env.TOKENMETER_USER_LABEL,
    salt: env.TOKENMETER_USER_SALT,
    ...userOptions(meter.user),
  });
  const endpoint = prometheus === false ? {} : (prometheus ?? {});
  return {
    disabled: env.OTEL_SDK_DISABLED ?? false,
    serviceName,
    meter: {
      ...meter,
      user,
      maxUsers: meter.maxUsers ?? env.TOKENMETER_MAX_USERS,
      maxSeries: meter.maxSeries ?? env.TOKENMETER_MAX_SERIES,
      idleSeconds: meter.idleSeconds ?? env.TOKENMETER_IDLE_SECONDS,
      zeroFirst: meter.zeroFirst ?? env.TOKENMETER_ZERO_FIRST,
      streamUsage: meter.streamUsage ?? env.TOKENMETER_STREAM_USAGE ?? true,
      deployments: meter.deployments ?? env.TOKENMETER_DEPLOYMENTS,
      prices: meter.prices ?? env.TOKENMETER_PRICES,
      budgets: meter.budgets ?? env.TOKENMETER_BUDGETS,
      abandonAfterSeconds: meter.abandonAfterSeconds ?? env.TOKENMETER_ABANDON_AFTER_SECONDS,
    },
    metricExporters: env.OTEL_METRICS_EXPORTER ?? (prometheus === false ? [] : ['prometheus']),
    prometheus: {
      host: endpoint.host ?? env.OTEL_EXPORTER_PROMETHEUS_HOST ?? 'localhost',
      port: endpoint.port ?? env.OTEL_EXPORTER_PROMETHEUS_PORT ?? 9464,
      path: endpoint.path ?? '/metrics',
      discovery: endpoint.discovery ?? env.TOKENMETER_DISCOVERY,
      drainSeconds: endpoint.drainSeconds ?? env.TOKENMETER_DRAIN_SECONDS ?? 0,
    },
    ledger: ledgerOptions(ledger, env.TOKENMETER_LEDGER),
    logs: logs ?? env.TOKENMETER_LOGS ?? false,
    exportIntervalMillis: env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000,
    exportTimeoutMillis: env.OTEL_METRIC_EXPORT_TIMEOUT ?? 30_000,
    logLevel: env.OTEL_LOG_LEVEL,
  };
}

/** What the code says of where to keep it wins; what else it says holds for a place that the variable names too. */
function ledgerOptions(
  option: TokenmeterConfig['ledger'],
  variable: string | undefined,
): LedgerOptions | undefined {
  if (variable === 'false' || variable === 'true')
    return ledgerOptions(option ?? variable === 'true', undefined);
  if (option === false || (option === undefined && variable === undefined)) return undefined;
  const options = typeof option === 'object' ? option : {};
  const isPlaced = options.sqlite !== undefined || options.postgres !== undefined;
  return isPlaced || variable === undefined ? options : { ...options, ...ledgerAt(variable) };
}

/** Checks the options of an instrumentation that is used on its own. */
export function checkMeterConfig(config: unknown): MeterConfig {
  const options = v.safeParse(InstrumentationSchema, config);
  if (!options.success) throw new ConfigError(problemsOf('option', options.issues));
  checkUser(userOptions(options.output.user));
  return options.output;
}

/** How many series there may be; a meter provider of the app's own takes fewer than one of ours. */
export function seriesLimits(
  { maxUsers, maxSeries, idleSeconds }: MeterConfig,
  defaultMaxSeries = DEFAULT_MAX_SERIES,
): SeriesLimits {
  return {
    maxUsers: maxUsers ?? DEFAULT_MAX_USERS,
    maxSeries: maxSeries ?? defaultMaxSeries,
    idleSeconds: idleSeconds ?? DEFAULT_IDLE_SECONDS,
  };
}

/** What the option `user` says, in its long form. */
export function userOptions(user: MeterConfig['user']): UserOptions {
  return typeof user === 'function' ? { resolve: user } : (user ?? {});
}

function checkUser(user: UserOptions): UserOptions {
  if (user.label === 'hash' && user.salt === undefined) {
    throw new ConfigError([
      'option user.salt: missing, expected at least 16 characters for the label "hash" (or TOKENMETER_USER_SALT)',
    ]);
  }
  return user;
}
