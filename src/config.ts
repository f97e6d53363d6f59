import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { UserResolver } from './calls/pipeline.ts';
import { ConfigError } from './errors.ts';
import { type PriceOptions, priceEntries } from './pricing/overrides.ts';
import type { RefreshOptions } from './pricing/refresh.ts';

/** Options of the instrumentation itself. */
export interface MeterConfig {
  /**
   * Names the user of a call that no `withUsageContext` names; returns an id, or
   * `{ user, team, feature }`. Without an answer, what the request says counts: `safety_identifier`,
   * `user`, or `metadata.user_id`. It runs before each call and should be quick; what it throws is ignored.
   */
  readonly user?: UserResolver | undefined;
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
   * Seconds without any progress after which a call counts as abandoned: its promise or stream is held,
   * and not read. Default: 3600. What is not held any more counts as soon as it is garbage collected.
   */
  readonly abandonAfterSeconds?: number | undefined;
}

export interface MeterPrices extends PriceOptions {
  readonly refresh?: RefreshOptions | undefined;
}

export const DEFAULT_ABANDON_AFTER_SECONDS = 3600;

/** Options of `startTokenmeter`. */
export interface TokenmeterConfig extends MeterConfig {
  /** Names the service in the telemetry. Default: `OTEL_SERVICE_NAME`, else `unknown_service:node`. */
  readonly serviceName?: string | undefined;
  /** Where metrics can be scraped; false for nowhere. Used unless `OTEL_METRICS_EXPORTER` says otherwise. */
  readonly prometheus?: PrometheusOptions | false | undefined;
}

export interface PrometheusOptions {
  /** Default: `OTEL_EXPORTER_PROMETHEUS_HOST`, else `localhost`: not reachable from other machines. */
  readonly host?: string | undefined;
  /** 0 to 65535; 0 takes any free port. Default: `OTEL_EXPORTER_PROMETHEUS_PORT`, else 9464. */
  readonly port?: number | undefined;
  /** Default: `/metrics`. */
  readonly path?: string | undefined;
}

const PORT = 'a whole number from 0 to 65535';
const portNumber = v.pipe(v.number(PORT), v.integer(PORT), v.minValue(0, PORT), v.maxValue(65535, PORT));
const SECONDS = 'a number of seconds above 0';
const filled = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));

const REFRESH_SECONDS = 'a number of seconds from 60 up';
const PricesSchema = v.strictObject(
  {
    ...priceEntries,
    refresh: v.optional(
      v.strictObject({
        from: filled('the URL or path of a table'),
        everySeconds: v.optional(
          v.pipe(v.number(REFRESH_SECONDS), v.finite(REFRESH_SECONDS), v.minValue(60, REFRESH_SECONDS)),
        ),
      }),
    ),
  },
  (issue) => (issue.expected === 'never' ? 'no such option' : 'an object'),
);

const meterEntries = {
  user: v.optional(v.custom<UserResolver>((value) => typeof value === 'function', 'a function')),
  streamUsage: v.optional(v.boolean('true or false')),
  deployments: v.optional(
    v.record(v.string(), filled('the name of a model'), 'an object from deployment to model'),
  ),
  prices: v.optional(PricesSchema),
  abandonAfterSeconds: v.optional(v.pipe(v.number(SECONDS), v.finite(SECONDS), v.gtValue(0, SECONDS))),
};

const PrometheusSchema = v.strictObject(
  {
    host: v.optional(filled('a host name or address')),
    port: v.optional(portNumber),
    path: v.optional(
      v.pipe(v.string('a path that starts with /'), v.startsWith('/', 'a path that starts with /')),
    ),
  },
  (issue) => (issue.expected === 'never' ? 'no such option' : 'an object or false'),
);

/** `enabled` belongs to every OpenTelemetry instrumentation. */
const InstrumentationSchema = v.strictObject({
  enabled: v.optional(v.boolean('true or false')),
  ...meterEntries,
});

const ConfigSchema = v.strictObject({
  serviceName: v.optional(filled('a name')),
  prometheus: v.optional(v.union([v.literal(false), PrometheusSchema], 'an object or false')),
  ...meterEntries,
});

const METRIC_EXPORTERS = ['prometheus', 'otlp', 'console', 'none'] as const;
export type MetricExporterName = (typeof METRIC_EXPORTERS)[number];

const EXPORTERS = `a comma-separated list of ${METRIC_EXPORTERS.join(', ')}`;
const namesIn = (list: string) => list.split(',').map((name) => name.trim() as MetricExporterName);
const SWITCH = 'true or false';
const booleanText = v.pipe(
  v.string(),
  v.check((value) => /^(true|false)$/i.test(value), SWITCH),
  v.transform((value) => value.toLowerCase() === 'true'),
);

const MILLISECONDS = 'a whole number of milliseconds above 0';
const milliseconds = v.pipe(
  v.string(),
  v.digits(MILLISECONDS),
  v.transform(Number),
  v.minValue(1, MILLISECONDS),
);
const PAIRS = 'a list such as deployment=model,other=model';
const pairs = v.pipe(
  v.string(),
  v.regex(/^[^=,]+=[^=,]+(?:,[^=,]+=[^=,]+)*$/, PAIRS),
  v.transform((list) =>
    Object.fromEntries(list.split(',').map((pair) => pair.split('=').map((part) => part.trim()))),
  ),
);
const seconds = v.pipe(
  v.string(),
  v.check((text) => Number(text) > 0 && Number.isFinite(Number(text)), SECONDS),
  v.transform(Number),
);
const LOG_LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;
const levelIn = (text: string) => text.toUpperCase() as (typeof LOG_LEVELS)[number];
const LEVELS = `one of ${LOG_LEVELS.join(', ')}`;

/** The contents of the file that a variable names. */
function readJson({ dataset, addIssue, NEVER }: v.RawTransformContext<string>): unknown {
  try {
    return JSON.parse(readFileSync(dataset.value, 'utf8'));
  } catch (error) {
    addIssue({ message: `a file with JSON (${(error as Error).message})` });
    return NEVER;
  }
}

/** The variables that are read here; the OTel SDK reads its own. An empty one counts as unset. */
const EnvironmentSchema = v.object({
  OTEL_SDK_DISABLED: v.optional(booleanText),
  OTEL_METRICS_EXPORTER: v.optional(
    v.pipe(
      v.string(),
      v.check((list) => namesIn(list).every((name) => METRIC_EXPORTERS.includes(name)), EXPORTERS),
      v.transform(namesIn),
    ),
  ),
  OTEL_EXPORTER_PROMETHEUS_HOST: v.optional(v.string()),
  OTEL_EXPORTER_PROMETHEUS_PORT: v.optional(
    v.pipe(v.string(), v.digits(PORT), v.transform(Number), v.maxValue(65535, PORT)),
  ),
  OTEL_METRIC_EXPORT_INTERVAL: v.optional(milliseconds),
  OTEL_METRIC_EXPORT_TIMEOUT: v.optional(milliseconds),
  OTEL_LOG_LEVEL: v.optional(
    v.pipe(
      v.string(),
      v.check((level) => LOG_LEVELS.includes(levelIn(level)), LEVELS),
      v.transform(levelIn),
    ),
  ),
  TOKENMETER_STREAM_USAGE: v.optional(booleanText),
  TOKENMETER_DEPLOYMENTS: v.optional(pairs),
  TOKENMETER_ABANDON_AFTER_SECONDS: v.optional(seconds),
  TOKENMETER_PRICES: v.optional(v.pipe(v.string(), v.rawTransform(readJson), PricesSchema)),
});

/** Every option resolved: what the code wants, then the environment, then the default. */
export interface ResolvedConfig {
  readonly disabled: boolean;
  readonly serviceName: string | undefined;
  readonly meter: MeterConfig;
  readonly metricExporters: readonly MetricExporterName[];
  readonly prometheus: { readonly host: string; readonly port: number; readonly path: string };
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
  readonly logLevel: (typeof LOG_LEVELS)[number] | undefined;
}

/** Throws a ConfigError that names every bad option and variable and quotes its value. */
export function resolveConfig(config: unknown, environment: NodeJS.ProcessEnv): ResolvedConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const options = v.safeParse(ConfigSchema, config);
  const variables = v.safeParse(EnvironmentSchema, given);
  const problems = [...describe('option', options.issues), ...describe('variable', variables.issues)];
  if (!options.success || !variables.success) throw new ConfigError(problems);

  const { serviceName, prometheus, ...meter } = options.output;
  const env = variables.output;
  const endpoint = prometheus === false ? {} : (prometheus ?? {});
  return {
    disabled: env.OTEL_SDK_DISABLED ?? false,
    serviceName,
    meter: {
      ...meter,
      streamUsage: meter.streamUsage ?? env.TOKENMETER_STREAM_USAGE ?? true,
      deployments: meter.deployments ?? env.TOKENMETER_DEPLOYMENTS,
      prices: meter.prices ?? env.TOKENMETER_PRICES,
      abandonAfterSeconds: meter.abandonAfterSeconds ?? env.TOKENMETER_ABANDON_AFTER_SECONDS,
    },
    metricExporters: env.OTEL_METRICS_EXPORTER ?? (prometheus === false ? [] : ['prometheus']),
    prometheus: {
      host: endpoint.host ?? env.OTEL_EXPORTER_PROMETHEUS_HOST ?? 'localhost',
      port: endpoint.port ?? env.OTEL_EXPORTER_PROMETHEUS_PORT ?? 9464,
      path: endpoint.path ?? '/metrics',
    },
    exportIntervalMillis: env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000,
    exportTimeoutMillis: env.OTEL_METRIC_EXPORT_TIMEOUT ?? 30_000,
    logLevel: env.OTEL_LOG_LEVEL,
  };
}

/** Checks the options of an instrumentation that is used on its own. */
export function checkMeterConfig(config: unknown): MeterConfig {
  const options = v.safeParse(InstrumentationSchema, config);
  if (!options.success) throw new ConfigError(describe('option', options.issues));
  return options.output;
}

type Issue = v.BaseIssue<unknown>;

function describe(kind: string, issues: readonly Issue[] | undefined): string[] {
  return (issues ?? []).flatMap((issue) => {
    // The union of `false` and an object reports one issue that holds those of the object.
    const nested = issue.issues?.filter(({ path }) => path);
    return nested?.length
      ? describe(
          kind,
          nested.map((inner) => under(issue, inner)),
        )
      : [sentence(kind, issue)];
  });
}

function under(outer: Issue, inner: Issue): Issue {
  const path = [...(outer.path ?? []), ...(inner.path ?? [])] as unknown as Issue['path'];
  return path === undefined ? inner : { ...inner, path };
}

function sentence(kind: string, issue: Issue): string {
  const path = (issue.path ?? []).map((step) => String(step.key)).join('.');
  if (path === '') return `configuration: got ${quote(issue.input)}, expected an object`;
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${kind} ${path}: no such option`;
  const expected = issue.message.startsWith('Invalid') ? issue.expected : issue.message;
  return `${kind} ${path}: got ${quote(issue.input)}, expected ${expected}`;
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
