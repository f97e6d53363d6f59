import * as v from 'valibot';
import { filled, oneOf } from '../config/values.ts';
import { DECIMALS, isInMillionths } from '../pricing/fraction.ts';
import { isPlain } from '../pricing/plain.ts';
import { keyOfOverride } from './match.ts';
import { type BudgetOptions, type BudgetStoreOption, type ScopePart, WEEKDAYS } from './types.ts';

const AMOUNT = 'a number from 0 up, or null for no limit';
const DOLLARS = `dollars with at most ${DECIMALS} decimals`;
const SHARES = 'a list of shares of the limit, from 0.000001 to 10, such as 0.8';
const NO_SUCH_OPTION = 'no such option';
const UNITS = ['limitUsd', 'limitTokens', 'limitRequests'] as const;
const PARTS = ['user', 'team', 'feature', 'model', 'provider'] as const;
/** The most that 64 bits hold of 1e-12 dollars, rounded down. */
const MAX_USD = 9_000_000;
const MAX_COUNT = 9e15;
/** Of thresholds: enough for anyone. */
const MAX_THRESHOLDS = 20;

/** Names that objects answer to, and that the checks of members would pass over. */
const NO_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** A plain object: neither a list nor a Map, whose entries would be passed over in silence. */
const plain = (expected: string, refused: string) =>
  v.pipe(
    v.custom(isPlain, expected),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!isPlain(dataset.value)) return;
      for (const key of Object.keys(dataset.value).filter((name) => NO_NAMES.has(name))) {
        addIssue({ message: refused, input: key, path: pathTo(dataset.value, [key]) });
      }
    }),
  );

/** An object with these members and no others: each that is too many is told. `v.strictObject` tells the first. */
const strict = <const T extends v.ObjectEntries>(entries: T, expected: string) =>
  v.pipe(
    plain(expected, NO_SUCH_OPTION),
    v.looseObject(entries, (issue) => expectedOf(entries, issue.expected) ?? expected),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value;
      if (!isPlain(value)) return;
      for (const key of Object.keys(value).filter((name) => !Object.hasOwn(entries, name))) {
        if (!NO_NAMES.has(key)) {
          addIssue({ message: NO_SUCH_OPTION, input: key, path: pathTo(value, [key]) });
        }
      }
    }),
  );

/** Of a member that is missing: what it should be. */
function expectedOf(entries: v.ObjectEntries, quoted: string | null): string | undefined {
  const name = Object.keys(entries).find((key) => quoted === `"${key}"`);
  const message = name === undefined ? undefined : (entries[name] as { message?: unknown }).message;
  return typeof message === 'string' ? message : undefined;
}

/** What a check means in JSON Schema, of whose keywords the metadata become part. */
const inJson = <T>(keywords: object) => v.metadata<T, object & Record<string, unknown>>({ ...keywords });

const amount = (most: number) =>
  v.pipe(
    v.number(AMOUNT),
    v.minValue(0, AMOUNT),
    v.maxValue(most, `a number up to ${most.toLocaleString('en')}`),
  );

/** What is finer would be rounded, and what is close to nothing to nothing. */
const dollars = v.pipe(
  amount(MAX_USD),
  v.check((value) => !(value >= 0 && value <= MAX_USD) || isInMillionths(value), DOLLARS),
  inJson({ anyOf: [{ const: 0 }, { minimum: 10 ** -DECIMALS }] }),
);

const COUNTED = 'a whole number from 0 up, or null for no limit';
const count = v.pipe(amount(MAX_COUNT), v.integer(COUNTED));

const limitEntries = {
  limitUsd: v.nullish(dollars),
  limitTokens: v.nullish(count),
  limitRequests: v.nullish(count),
};

const SECONDS = 'a whole number of seconds from 60 up';
const periodSchema = v.union(
  [
    v.picklist(['hour', 'day', 'week', 'month']),
    strict(
      { rollingSeconds: v.pipe(v.number(SECONDS), v.safeInteger(SECONDS), v.minValue(60, SECONDS)) },
      'an object',
    ),
  ],
  'hour, day, week, month, or { rollingSeconds }',
);

const PATTERNS = 'a text or a list of texts';
const patterns = v.optional(
  v.union([filled(PATTERNS), v.pipe(v.array(filled(PATTERNS)), v.minLength(1, PATTERNS))], PATTERNS),
);

const plainBudget = strict(
  {
    name: v.pipe(filled('a name'), v.maxLength(100, 'a name of at most 100 characters')),
    ...limitEntries,
    period: periodSchema,
    timeZone: v.optional(
      v.pipe(v.string('an IANA time zone'), v.check(isTimeZone, 'an IANA time zone such as Europe/Berlin')),
    ),
    weekStartsOn: v.optional(oneOf(WEEKDAYS)),
    per: v.optional(
      v.pipe(
        v.array(oneOf(PARTS), `a list of ${PARTS.join(', ')}`),
        v.check((parts) => isSet(parts), 'each only once'),
        inJson({ uniqueItems: true }),
      ),
    ),
    match: v.optional(
      strict(
        { provider: patterns, model: patterns, team: patterns, feature: patterns, user: patterns },
        'an object',
      ),
    ),
    thresholds: v.optional(
      v.pipe(
        v.array(v.pipe(v.number(SHARES), v.minValue(1e-6, SHARES), v.maxValue(10, SHARES)), SHARES),
        v.maxLength(MAX_THRESHOLDS, `at most ${MAX_THRESHOLDS} shares`),
        v.check((shares) => isSet(shares), 'each share only once'),
        inJson({ uniqueItems: true }),
      ),
    ),
    action: v.optional(oneOf(['alert', 'block'])),
    reserve: v.optional(oneOf(['maximum', 'average'])),
    unpriced: v.optional(oneOf(['allow', 'block'])),
    overrides: v.optional(
      v.pipe(
        plain('an object from scope to limit', 'another scope'),
        v.record(
          filled('a scope'),
          v.pipe(
            strict(limitEntries, 'an object with a limit'),
            inJson({ minProperties: 1, maxProperties: 1 }),
          ),
          'an object from scope to limit',
        ),
      ),
    ),
  },
  'an object',
);

/**
 * What no single member can tell. Issues are reported at the member that is wrong. It is said whatever else is wrong
 * with the budget, of which nothing is certain therefore.
 */
const budgetSchema = v.pipe(
  plainBudget,
  v.rawCheck(({ dataset, addIssue }) => {
    const budget: unknown = dataset.value;
    if (!isPlain(budget)) return;
    const fail: Fail = (message, ...path) => addIssue({ message, path: pathTo(budget, path) });
    const units = unitsOf(budget);
    const overrides = isPlain(budget.overrides) ? budget.overrides : {};
    if (units.length > 1) fail(`one limit, not ${units.join(' and ')}`, units[1] as string);
    if (budget.action === 'block' && units.length === 0 && Object.keys(overrides).length === 0) {
      fail('a limit, for action block', 'action');
    }
    checkScopes(budget.per ?? [], Object.keys(overrides), fail);
    for (const [name, other] of Object.entries(overrides)) {
      if (isPlain(other))
        checkUnits(units, unitsOf(other), (message, ...path) => fail(message, 'overrides', name, ...path));
    }
  }),
  inJson({
    not: {
      anyOf: UNITS.flatMap((unit, index) =>
        UNITS.slice(index + 1).map((other) => ({ required: [unit, other] })),
      ),
    },
    if: { properties: { action: { const: 'block' } }, required: ['action'] },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
    then: {
      anyOf: [
        ...UNITS.map((unit) => ({ required: [unit] })),
        { properties: { overrides: { minProperties: 1 } }, required: ['overrides'] },
      ],
    },
  }),
);

type Fail = (message: string, ...path: string[]) => void;

function unitsOf(limit: Record<string, unknown>): (typeof UNITS)[number][] {
  return UNITS.filter((unit) => limit[unit] !== undefined);
}

/** Whether overrides name scopes that the budget has, each once. */
function checkScopes(per: unknown, names: readonly string[], fail: Fail): void {
  if (!Array.isArray(per) || !per.every((part) => PARTS.includes(part)) || !isSet(per)) return;
  const parts = per as readonly ScopePart[];
  const keys = new Set<string>();
  for (const name of names) {
    const key = keyOfOverride(parts, name);
    if (parts.length === 0) fail('no override: the budget has one scope, "per" is empty', 'overrides', name);
    else if (parts.length > 1 && name.split('/').length !== parts.length) {
      fail(`a scope of ${parts.join('/')}`, 'overrides', name);
    } else if (keys.has(key)) fail('a scope that no other override has', 'overrides', name);
    keys.add(key);
  }
}

function checkUnits(ofBudget: readonly string[], ofOverride: readonly string[], fail: Fail): void {
  const wanted = ofBudget[0] ?? 'limitUsd';
  if (ofOverride.length === 0) fail('a limit, or null for none');
  for (const unit of ofOverride) {
    if (unit !== wanted) fail(`${wanted}, as the budget itself`, unit);
  }
}

const budgetsSchema = v.pipe(
  v.array(budgetSchema, 'a list of budgets'),
  v.rawCheck(({ dataset, addIssue }) => {
    const budgets: unknown = dataset.value;
    if (!Array.isArray(budgets)) return;
    const names = new Set<string>();
    for (const [index, budget] of budgets.entries()) {
      if (!isPlain(budget) || typeof budget.name !== 'string') continue;
      if (names.has(budget.name)) {
        addIssue({
          message: 'a name that no other budget has',
          input: budget.name,
          path: [
            { type: 'array', origin: 'value', input: budgets, key: index, value: budget },
            ...pathTo(budget, ['name']),
          ],
        });
      }
      names.add(budget.name);
    }
  }),
);

/** What a file has. */
export const BudgetFileSchema = strict(
  { $schema: v.optional(v.string('the URL of a schema')), budgets: budgetsSchema },
  'an object with "budgets"',
);

const REDIS = 'a URL that begins with redis:// or rediss://, or a client of the package redis';

function isRedis(value: unknown): boolean {
  if (typeof value === 'string') return /^rediss?:\/\//.test(value) && URL.canParse(value);
  return typeof value === 'object' && value !== null && 'evalSha' in value && 'zRangeWithScores' in value;
}

const STORE = 'memory, { sqlite: path } or { redis: url }';
const storeSchema = v.pipe(
  strict(
    {
      sqlite: v.optional(filled('the path of a file')),
      redis: v.optional(v.custom<string | object>(isRedis, REDIS)),
    },
    STORE,
  ),
  v.check(({ sqlite, redis }) => (sqlite === undefined) !== (redis === undefined), STORE),
  v.transform((store) => store as BudgetStoreOption),
);

const MAX_LIFE_SECONDS = 604_800;
const LIFE = `a number of seconds from 1 to ${MAX_LIFE_SECONDS.toLocaleString('en')}`;

const MILLISECONDS = 'a number of milliseconds from 1 to 10,000';
const optionsSchema = strict(
  {
    budgets: v.optional(budgetsSchema),
    file: v.optional(filled('the path of a file')),
    store: v.optional(v.union([v.literal('memory'), storeSchema], STORE)),
    onStoreFailure: v.optional(oneOf(['failOpen', 'failClosed'])),
    storeTimeoutMs: v.optional(
      v.pipe(v.number(MILLISECONDS), v.minValue(1, MILLISECONDS), v.maxValue(10_000, MILLISECONDS)),
    ),
    reservationSeconds: v.optional(
      v.pipe(v.number(LIFE), v.minValue(1, LIFE), v.maxValue(MAX_LIFE_SECONDS, LIFE)),
    ),
    onThreshold: v.optional(
      v.custom<NonNullable<BudgetOptions['onThreshold']>>(
        (value) => typeof value === 'function',
        'a function',
      ),
    ),
  },
  'a list, the path of a file, or an object',
);

/** The option `budgets`: a list, a file, or both with more. */
export const BudgetsSchema = v.union(
  [budgetsSchema, filled('the path of a file'), optionsSchema],
  'a list, the path of a file, or an object',
);

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isSet(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

type Path = [v.IssuePathItem, ...v.IssuePathItem[]];

function pathTo(root: object, path: readonly string[]): Path {
  let input: unknown = root;
  return path.map((key) => {
    const value = (input as Record<string, unknown>)[key];
    const item = { type: 'object', origin: 'value', input, key, value } as v.IssuePathItem;
    input = value;
    return item;
  }) as Path;
}
