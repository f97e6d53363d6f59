/** PromQL in the names of a scrape. Dashboards use the same. */
import type { BudgetUnit } from '../budgets/types.ts';
import { ATTR, type InstrumentName } from '../telemetry/names.ts';

const scrapeName = (name: string) => name.replace(/[^a-zA-Z0-9_]/g, '_');

export const counter = ({ name }: InstrumentName): string => `${scrapeName(name)}_total`;
/** Also the name of a histogram without its `_bucket`, `_sum` and `_count`. */
export const gauge = ({ name }: InstrumentName): string => scrapeName(name);

export const LABEL = {
  ...(Object.fromEntries(Object.entries(ATTR).map(([key, name]) => [key, scrapeName(name)])) as Record<
    keyof typeof ATTR,
    string
  >),
  job: 'job',
  instance: 'instance',
  /** Of workers: `answered` or `silent`. */
  state: 'state',
  /** Of recorded budgets: `usd`, `tokens` or `requests`. */
  unit: 'unit',
} as const;

/** What a budget can be per. A budget that is per nothing has none of these labels. */
export const SCOPE = [
  LABEL.userId,
  LABEL.team,
  LABEL.feature,
  LABEL.requestModel,
  LABEL.provider,
] as const satisfies readonly string[];

/** What tells one budget's scope from another; two apps may have budgets of one name. */
export const BUDGET_KEY = [LABEL.job, LABEL.budget, ...SCOPE].join(', ');

/** The numbers of a budget as they are recorded, whatever counts it. */
export const BUDGET = {
  spent: 'budget:tokenmeter_budget_spent:sum',
  limit: 'budget:tokenmeter_budget_limit:max',
  used: 'budget:tokenmeter_budget_used:ratio',
  reset: 'budget:tokenmeter_budget_reset_timestamp:max',
  period: 'budget:tokenmeter_budget_period_seconds:max',
  increase5m: 'budget:tokenmeter_budget_spent:increase5m',
  increase1h: 'budget:tokenmeter_budget_spent:increase1h',
  burn5m: 'budget:tokenmeter_budget_burn:rate5m',
  burn1h: 'budget:tokenmeter_budget_burn:rate1h',
  forecast: 'budget:tokenmeter_budget_forecast:ratio',
  secondsLeft: 'budget:tokenmeter_budget_exhaustion:seconds',
} as const;

export const UNIT = {
  usd: 'usd',
  tokens: 'tokens',
  requests: 'requests',
} as const satisfies Record<BudgetUnit, string>;

/** Floats: ten times 0.05 is a little less than 0.5. */
const EPSILON = '1e-9';
export const atLeast = (share: number): string => `>= ${share} - ${EPSILON}`;

// YAML takes the first two for the end of a line; it, or PromQL, refuses the others.
const UNSAFE = /[\u2028\u2029\u007f-\u009f\ufeff\ufffd]/g;
const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A value in double quotes. Half a character is what labels have in its place. */
export const quoted = (value: string): string =>
  JSON.stringify(value.replace(/\p{Surrogate}/gu, '\uFFFD')).replace(UNSAFE, escaped);

/** Of a text in which `*` stands for anything. */
export const regexOf = (pattern: string): string =>
  pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
