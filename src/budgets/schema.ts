import * as v from 'valibot';
import { keyOfOverride } from './match.ts';
import { type Budget, type BudgetOptions, WEEKDAYS } from './types.ts';

const AMOUNT = 'a number from 0 up, or null for no limit';
const SHARES = 'a list of shares of the limit, above 0, such as 0.8';
const UNITS = ['limitUsd', 'limitTokens', 'limitRequests'] as const;
const PARTS = ['user', 'team', 'feature', 'model', 'provider'] as const;
/** The most that 64 bits hold of 1e-12 dollars, rounded down. */
const MAX_USD = 9_000_000;
const MAX_COUNT = 9e15;
/** Of thresholds: enough for anyone. */
const MAX_THRESHOLDS = 20;

const text = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));
const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `one of ${names.join(', ')}`);
const strict = <T extends v.ObjectEntries>(entries: T, expected: string) =>
  v.strictObject(entries, (issue) => (issue.expected === 'never' ? 'no such option' : expected));
const amount = (most: number) =>
  v.nullish(
    v.pipe(
      v.number(AMOUNT),
      v.minValue(0, AMOUNT),
      v.maxValue(most, `a number up to ${most.toLocaleString('en')}`),
    ),
  );

const limitEntries = {
  limitUsd: amount(MAX_USD),
  limitTokens: amount(MAX_COUNT),
  limitRequests: amount(MAX_COUNT),
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
  v.union([text(PATTERNS), v.pipe(v.array(text(PATTERNS)), v.minLength(1, PATTERNS))], PATTERNS),
);

const plainBudget = strict(
  {
    name: v.pipe(text('a name'), v.maxLength(100, 'a name of at most 100 characters')),
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
        v.array(v.pipe(v.number(SHARES), v.gtValue(0, SHARES), v.maxValue(10, SHARES)), SHARES),
        v.maxLength(MAX_THRESHOLDS, `at most ${MAX_THRESHOLDS} shares`),
        v.check((shares) => isSet(shares), 'each share only once'),
      ),
    ),
    action: v.optional(oneOf(['alert', 'block'])),
    reserve: v.optional(oneOf(['maximum', 'average'])),
    unpriced: v.optional(oneOf(['allow', 'block'])),
    overrides: v.optional(
      v.record(
        text('a scope'),
        strict(limitEntries, 'an object with a limit'),
        'an object from scope to limit',
      ),
    ),
  },
  'an object',
);

/** What no single member can tell. Issues are reported at the member that is wrong. */
const budgetSchema = v.pipe(
  plainBudget,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const budget = dataset.value;
    const fail = (message: string, ...path: string[]) => addIssue({ message, path: pathTo(budget, path) });
    const units = UNITS.filter((unit) => budget[unit] !== undefined);
    if (units.length > 1) fail(`one limit, not ${units.join(' and ')}`, units[1] as string);
    for (const [name, other] of Object.entries(budget.overrides ?? {})) {
      const parts = keyOfOverride(budget.per ?? [], name).split('\u0001').length;
      const wanted = budget.per?.length ?? 0;
      if (wanted === 0) fail('no override: the budget has one scope, "per" is empty', 'overrides', name);
      else if (parts !== wanted) {
        fail(`a scope of ${budget.per?.join('/')}`, 'overrides', name);
      }
      const [unit] = UNITS.filter((unit) => other[unit] !== undefined);
      if (unit !== undefined && unit !== (units[0] ?? 'limitUsd')) {
        fail(`${units[0] ?? 'limitUsd'}, as the budget itself`, 'overrides', name, unit);
      }
    }
  }),
);

const budgetsSchema = v.pipe(
  v.array(budgetSchema, 'a list of budgets'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const names = new Set<string>();
    for (const [index, budget] of dataset.value.entries()) {
      if (names.has(budget.name)) {
        addIssue({
          message: 'a name that no other budget has',
          input: budget.name,
          path: [
            { type: 'array', origin: 'value', input: dataset.value, key: index, value: budget },
            { type: 'object', origin: 'value', input: { ...budget }, key: 'name', value: budget.name },
          ],
        });
      }
      names.add(budget.name);
    }
  }),
);

/** What a file has. */
export const BudgetFileSchema = strict({ budgets: budgetsSchema }, 'an object with "budgets"');

const MILLISECONDS = 'a number of milliseconds from 1 to 10,000';
const optionsSchema = strict(
  {
    budgets: v.optional(budgetsSchema),
    file: v.optional(text('the path of a file')),
    store: v.optional(
      v.union(
        [
          v.literal('memory'),
          strict({ sqlite: text('the path of a file') }, 'an object'),
          strict({ redis: v.union([text('a URL'), v.looseObject({})], 'a URL or a client') }, 'an object'),
        ],
        'memory, { sqlite: path } or { redis: url }',
      ),
    ),
    onStoreFailure: v.optional(oneOf(['failOpen', 'failClosed'])),
    storeTimeoutMs: v.optional(
      v.pipe(v.number(MILLISECONDS), v.minValue(1, MILLISECONDS), v.maxValue(10_000, MILLISECONDS)),
    ),
    reservationSeconds: v.optional(
      v.pipe(v.number('a number of seconds'), v.minValue(1, 'a number of seconds from 1 up'), v.finite()),
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
  [budgetsSchema, text('the path of a file'), optionsSchema],
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

function pathTo(budget: Budget | object, path: readonly string[]): Path {
  let input: unknown = budget;
  return path.map((key) => {
    const value = (input as Record<string, unknown>)[key];
    const item = { type: 'object', origin: 'value', input, key, value } as v.IssuePathItem;
    input = value;
    return item;
  }) as Path;
}
