import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';
import { ConfigError } from '../errors.ts';
import { problemsOf } from '../problems.ts';
import { DEFAULT_THRESHOLDS, type Thresholds, ThresholdsSchema } from './thresholds.ts';

const NAME = 'letters, digits, - and _';
const LIMIT = 'a number above 0';
const PATTERN = 'a text in which * stands for anything';

const limit = v.optional(v.pipe(v.number(LIMIT), v.finite(LIMIT), v.gtValue(0, LIMIT)));
const pattern = v.optional(v.pipe(v.string(PATTERN), v.nonEmpty(PATTERN)));
const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `one of ${names.join(', ')}`);

/** A budget that Prometheus keeps by itself: in calendar days or months of UTC, and only to alert. */
const BudgetSchema = v.pipe(
  v.strictObject(
    {
      name: v.pipe(v.string(NAME), v.regex(/^[\w-]+$/, NAME)),
      limitUsd: limit,
      limitTokens: limit,
      limitRequests: limit,
      period: v.optional(oneOf(['day', 'month']), 'month'),
      per: v.optional(v.array(oneOf(['user', 'team', 'feature', 'model', 'provider']), 'a list'), []),
      match: v.optional(
        v.strictObject(
          { provider: pattern, model: pattern, team: pattern, feature: pattern, user: pattern },
          (issue) => (issue.expected === 'never' ? 'no such option' : 'an object'),
        ),
        {},
      ),
    },
    (issue) => (issue.expected === 'never' ? 'no such option' : 'an object'),
  ),
  v.check(
    ({ limitUsd, limitTokens, limitRequests }) =>
      [limitUsd, limitTokens, limitRequests].filter((limit) => limit !== undefined).length === 1,
    'one of limitUsd, limitTokens and limitRequests',
  ),
);

export type CalendarBudget = v.InferOutput<typeof BudgetSchema>;

export const RulesSchema = v.strictObject(
  {
    thresholds: v.optional(ThresholdsSchema, {}),
    budgets: v.optional(v.array(BudgetSchema, 'a list'), []),
  },
  (issue) => (issue.expected === 'never' ? 'no such option' : 'an object'),
);

export interface RulesConfig {
  readonly thresholds: Thresholds;
  readonly budgets: readonly CalendarBudget[];
}

export const DEFAULT_RULES: RulesConfig = { thresholds: DEFAULT_THRESHOLDS, budgets: [] };

/** Reads YAML or JSON. Throws a ConfigError that names everything that cannot be used. */
export function readRulesConfig(file: string): RulesConfig {
  const parsed = v.safeParse(RulesSchema, contentOf(file));
  if (!parsed.success) throw new ConfigError(problemsOf(file, parsed.issues));
  const names = parsed.output.budgets.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0)
    throw new ConfigError(twice.map((name) => `${file} budgets: two are named "${name}"`));
  return parsed.output;
}

function contentOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : error}`]);
  }
}
