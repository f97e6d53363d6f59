import * as v from 'valibot';
import { BudgetsSchema } from '../budgets/schema.ts';
import type { UserResolver } from '../calls/pipeline.ts';
import type { ShownUserOptions } from '../calls/shown-user.ts';
import { priceEntries } from '../pricing/overrides.ts';
import { isPlain } from '../pricing/plain.ts';
import { LedgerSchema } from './ledger-schema.ts';
import { COUNT, filled, oneOf, SECONDS } from './values.ts';

export const PORT = 'a whole number from 0 to 65535';
export const portNumber = v.pipe(
  v.number(PORT),
  v.integer(PORT),
  v.minValue(0, PORT),
  v.maxValue(65535, PORT),
);
export const MAX_DRAIN_SECONDS = 3600;
export const DRAIN = `a number of seconds from 0 to ${MAX_DRAIN_SECONDS}`;

const REFRESH_SECONDS = 'a number of seconds from 60 up';
export const PricesSchema = v.pipe(
  v.custom(isPlain, 'an object'),
  v.strictObject(
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
  ),
);

export const USER_LABELS = ['raw', 'hash', 'off'] as const;
export const ZERO_FIRST = ['scrape', 'always', 'never'] as const;
export const SALT = 'at least 16 characters';
const count = v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(0, COUNT));
const aFunction = <T>() => v.custom<T>((value) => typeof value === 'function', 'a function');

const UserSchema = v.strictObject(
  {
    resolve: v.optional(aFunction<UserResolver>()),
    label: v.optional(oneOf(USER_LABELS)),
    salt: v.optional(v.pipe(v.string(SALT), v.minLength(16, SALT))),
    map: v.optional(aFunction<NonNullable<ShownUserOptions['map']>>()),
  },
  (issue) => (issue.expected === 'never' ? 'no such option' : 'a function or an object'),
);

const meterEntries = {
  user: v.optional(v.union([aFunction<UserResolver>(), UserSchema], 'a function or an object')),
  maxUsers: v.optional(count),
  maxSeries: v.optional(count),
  idleSeconds: v.optional(v.pipe(v.number(SECONDS), v.finite(SECONDS), v.gtValue(0, SECONDS))),
  zeroFirst: v.optional(oneOf(ZERO_FIRST)),
  streamUsage: v.optional(v.boolean('true or false')),
  deployments: v.optional(
    v.record(v.string(), filled('the name of a model'), 'an object from deployment to model'),
  ),
  prices: v.optional(PricesSchema),
  budgets: v.optional(BudgetsSchema),
  abandonAfterSeconds: v.optional(v.pipe(v.number(SECONDS), v.finite(SECONDS), v.gtValue(0, SECONDS))),
};

const PrometheusSchema = v.strictObject(
  {
    host: v.optional(filled('a host name or address')),
    port: v.optional(portNumber),
    path: v.optional(
      v.pipe(v.string('a path that starts with /'), v.startsWith('/', 'a path that starts with /')),
    ),
    discovery: v.optional(filled('the path of a folder')),
    drainSeconds: v.optional(
      v.pipe(v.number(DRAIN), v.minValue(0, DRAIN), v.maxValue(MAX_DRAIN_SECONDS, DRAIN)),
    ),
  },
  (issue) => (issue.expected === 'never' ? 'no such option' : 'an object or false'),
);

/** `enabled` belongs to every OpenTelemetry instrumentation. */
export const InstrumentationSchema = v.strictObject({
  enabled: v.optional(v.boolean('true or false')),
  ...meterEntries,
});

export const ConfigSchema = v.strictObject({
  serviceName: v.optional(filled('a name')),
  prometheus: v.optional(v.union([v.literal(false), PrometheusSchema], 'an object or false')),
  ledger: v.optional(LedgerSchema),
  logs: v.optional(v.boolean('true or false')),
  ...meterEntries,
});
