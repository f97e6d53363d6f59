import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';
import { filled, oneOf } from '../config/values.ts';
import { ConfigError } from '../errors.ts';
import { isPlain } from '../pricing/plain.ts';
import { type Issue, problemsOf } from '../problems.ts';
import { ThresholdsSchema } from './thresholds.ts';

const NAME = 'letters, digits, - and _';
const LIMIT = 'a number above 0';
// Annotations are templates.
const ADDRESS = 'an address that begins with http:// or https://, without { and }';

const limit = v.optional(v.pipe(v.number(LIMIT), v.finite(LIMIT), v.gtValue(0, LIMIT)));
const PATTERN = filled('a text in which * stands for anything');
const pattern = v.optional(PATTERN);
/** A list without members would pass for an object without options. */
const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.pipe(
    v.custom(isPlain, 'an object'),
    v.strictObject(entries, (issue) => (issue.expected === 'never' ? 'no such option' : 'an object')),
  );

/** A budget that Prometheus keeps by itself: in calendar days or months of UTC, and only to alert. */
const BudgetSchema = v.pipe(
  object({
    name: v.pipe(v.string(NAME), v.regex(/^[\w-]+$/, NAME)),
    limitUsd: limit,
    limitTokens: limit,
    limitRequests: limit,
    period: v.optional(oneOf(['day', 'month']), 'month'),
    per: v.optional(
      v.pipe(
        v.array(oneOf(['user', 'team', 'feature', 'model', 'provider']), 'a list'),
        v.check((per) => new Set(per).size === per.length, 'each at most once'),
      ),
      [],
    ),
    match: v.optional(
      object({ provider: pattern, model: pattern, team: pattern, feature: pattern, user: pattern }),
      {},
    ),
  }),
  v.check(
    ({ limitUsd, limitTokens, limitRequests }) =>
      [limitUsd, limitTokens, limitRequests].filter((limit) => limit !== undefined).length === 1,
    'one of limitUsd, limitTokens and limitRequests',
  ),
);

export type CalendarBudget = v.InferOutput<typeof BudgetSchema>;

export const RulesSchema = object({
  thresholds: v.optional(v.pipe(v.custom(isPlain, 'an object'), ThresholdsSchema), {}),
  budgets: v.optional(v.array(BudgetSchema, 'a list'), []),
  /** Jobs that run and end, of which it is no news that they send nothing. `*` stands for anything. */
  jobsThatEnd: v.optional(v.array(PATTERN, 'a list'), []),
  /** Where the pages of grafana/runbooks are. By default in the package itself, once it is published. */
  runbookUrl: v.optional(
    v.pipe(v.string(ADDRESS), v.regex(/^https?:\/\/[^\s/{}][^\s{}]*$/, ADDRESS)),
    'https://unpkg.com/tokenmeter/grafana/runbooks',
  ),
});

export type RulesConfig = v.InferOutput<typeof RulesSchema>;

export const DEFAULT_RULES: RulesConfig = v.parse(RulesSchema, {});

/** Reads YAML or JSON. Throws a ConfigError that names everything that cannot be used. */
export function readRulesConfig(file: string): RulesConfig {
  const parsed = v.safeParse(RulesSchema, contentOf(file));
  if (!parsed.success) {
    const where = ({ path }: Issue) => (path === undefined ? `${file}:` : file);
    throw new ConfigError(problemsOf(where, parsed.issues));
  }
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
