import { readFileSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { DRAIN, MAX_DRAIN_SECONDS, PORT, PricesSchema, SALT, USER_LABELS, ZERO_FIRST } from './schema.ts';
import { COUNT, oneOf, SECONDS } from './values.ts';

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
const countText = v.pipe(v.string(), v.digits(COUNT), v.transform(Number), v.safeInteger(COUNT));
const drainText = v.pipe(
  v.string(),
  v.check((text) => Number(text) >= 0 && Number(text) <= MAX_DRAIN_SECONDS, DRAIN),
  v.transform(Number),
);
export const LOG_LEVELS = ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'VERBOSE', 'ALL'] as const;
const levelIn = (text: string) => text.toUpperCase() as (typeof LOG_LEVELS)[number];
const LEVELS = `one of ${LOG_LEVELS.join(', ')}`;

/** The contents of the file that a variable names. */
function readJson({ dataset, addIssue, NEVER }: v.RawTransformContext<string>): unknown {
  try {
    // Reading a pipe would wait for whoever writes to it.
    if (!statSync(dataset.value).isFile()) throw new Error('it is not a file');
    return JSON.parse(readFileSync(dataset.value, 'utf8'));
  } catch (error) {
    addIssue({ message: `a file with JSON (${(error as Error).message})` });
    return NEVER;
  }
}

/** The variables that are read here; the OTel SDK reads its own. An empty one counts as unset. */
export const EnvironmentSchema = v.object({
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
  TOKENMETER_USER_LABEL: v.optional(oneOf(USER_LABELS)),
  TOKENMETER_USER_SALT: v.optional(v.pipe(v.string(), v.minLength(16, SALT))),
  TOKENMETER_MAX_USERS: v.optional(countText),
  TOKENMETER_MAX_SERIES: v.optional(countText),
  TOKENMETER_IDLE_SECONDS: v.optional(seconds),
  TOKENMETER_ZERO_FIRST: v.optional(oneOf(ZERO_FIRST)),
  TOKENMETER_DISCOVERY: v.optional(v.string()),
  TOKENMETER_DRAIN_SECONDS: v.optional(drainText),
  TOKENMETER_BUDGETS: v.optional(v.string()),
  TOKENMETER_LEDGER: v.optional(v.string()),
  TOKENMETER_LOGS: v.optional(booleanText),
  TOKENMETER_PRICES: v.optional(v.pipe(v.string(), v.rawTransform(readJson), PricesSchema)),
});
