import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { usdFromPico } from '../../pricing/cost.ts';
import { LedgerError } from '../errors.ts';
import { rowsFrom } from '../facts.ts';
import { SUM_COLUMNS } from '../sums.ts';
import { DAY_MS, type SumColumn, type Tables, toBigInt, toNumber } from '../tables.ts';
import { CALLS, divide, type KeyDimension, type Source, sumsFor } from './sources.ts';
import { endOf, type Span, spansOf, startOf } from './spans.ts';
import type { Dimension, TimeDimension, Usage, UsageQuery, UsageRow, Where } from './types.ts';

const TIME_DIMENSIONS: ReadonlySet<string> = new Set(['hour', 'day', 'month'] satisfies TimeDimension[]);
const MICRO = 1_000_000;
const HOUR_MS = 3_600_000;

type Found = Readonly<Record<string, number | bigint | string | null>>;

/**
 * Sums of usage. They come from tables of sums as far as those can tell, and from the rows of calls where they
 * cannot: at the edges of a time that is no whole number of their steps, and by what they do not distinguish.
 */
export async function usage<D extends Dimension>(
  db: Kysely<Tables>,
  query: UsageQuery<D>,
): Promise<UsageRow<D>[]> {
  const { parts, places } = await plan(db, query, SUM_COLUMNS);
  const rows = await find(db, query, parts, places, SELECTED);
  return rows.map((row) => ({ ...keysOf(row, places), ...sumsOf(row) }) as UsageRow<D>);
}

/** Only which users come first, without the sums. */
export async function ranking(
  db: Kysely<Tables>,
  query: UsageQuery<'user'> & { readonly orderBy: keyof typeof ORDERS },
): Promise<(string | undefined)[]> {
  const { parts, places } = await plan(db, query, ORDERED_BY[query.orderBy]);
  const rows = await find(db, query, parts, places, []);
  return rows.map(({ user }) => (user as string | null) ?? undefined);
}

interface Plan {
  readonly parts: readonly RawBuilder<unknown>[];
  /** What the sums are by. */
  readonly places: readonly string[];
}

async function plan(db: Kysely<Tables>, query: UsageQuery, sums: readonly SumColumn[]): Promise<Plan> {
  const { by = [], where = {}, timeZone = 'UTC', orderBy, limit } = query;
  if (orderBy !== undefined && !Object.hasOwn(ORDERS, orderBy))
    throw new LedgerError(`orderBy: got ${JSON.stringify(orderBy)}, expected one of ${Object.keys(ORDERS)}`);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new LedgerError(`limit: got ${limit}, expected a whole number from 0 up`);
  const keys = [...new Set(by)].filter((name) => !TIME_DIMENSIONS.has(name)) as KeyDimension[];
  const units = by.filter((name): name is TimeDimension => TIME_DIMENSIONS.has(name));
  const unit = units[0];
  if (units.length > 1) throw new LedgerError(`a report is by one of hour, day and month, not by ${units}`);
  const filters = Object.keys(where) as KeyDimension[];
  for (const name of [...keys, ...filters]) columnOf(name);

  const [from, to] = await timeOf(db, query, timeZone);
  const spans = spansOf(from, to, unit, timeZone);
  const firstRow = await rowsFrom(db);
  const table = sumsFor([...keys, ...filters]);
  if (from < firstRow) checkSums(table, unit, firstRow, [...keys, ...filters]);
  const { fromSums, fromRows } = table ? divide(spans, table, firstRow) : { fromSums: [], fromRows: spans };
  const parts = [
    ...(table ? [part(table, fromSums, { unit, keys, where, sums })] : []),
    part(CALLS, fromRows, { unit, keys, where, sums }),
  ].filter((found) => found !== undefined);
  return { parts, places: [unit, ...keys].filter((name) => name !== undefined) };
}

/** Where rows are deleted, sums are all there is, and they do not tell everything apart. */
function checkSums(
  table: Source | undefined,
  unit: TimeDimension | undefined,
  firstRow: number,
  dimensions: readonly KeyDimension[],
): void {
  const isTooFine = unit === 'hour' && table !== undefined && table.stepMs > HOUR_MS;
  if (table && !isTooFine) return;
  const day = new Date(firstRow).toISOString().slice(0, 10);
  throw new LedgerError(
    `calls before ${day} are not on record any more (keepDays), and their sums are not by ` +
      `${[...(isTooFine ? ['hour'] : []), ...new Set(dimensions)].join(' and ')}: ask from ${day} on`,
  );
}

async function find(
  db: Kysely<Tables>,
  { orderBy, limit }: UsageQuery,
  parts: readonly RawBuilder<unknown>[],
  places: readonly string[],
  sums: readonly RawBuilder<unknown>[],
): Promise<readonly Found[]> {
  if (parts.length === 0) return [];
  const groups = places.map((name) => sql.ref(name));
  const orders = orderBy ? ORDERS[orderBy] : [];
  const { rows } = await sql<Found>`
    select ${sql.join([...groups, ...sums])} from (${sql.join(parts, sql` union all `)}) as found
    ${groups.length > 0 ? sql`group by ${sql.join(groups)}` : sql``}
    ${groups.length > 0 ? sql`order by ${sql.join([...orders, ...groups])}` : sql``}
    ${limit === undefined ? sql`` : sql`limit ${limit}`}`.execute(db);
  return rows;
}

interface Asked {
  readonly unit: TimeDimension | undefined;
  readonly keys: readonly KeyDimension[];
  readonly where: Where;
  readonly sums: readonly SumColumn[];
}

/** One of the tables, as far as it is asked. */
function part(
  { table, time, columns, sums }: Source,
  spans: readonly Span[],
  asked: Asked,
): RawBuilder<unknown> | undefined {
  if (spans.length === 0) return undefined;
  const values = spans.map(
    ({ label, from, to }) => sql`(cast(${label} as text), cast(${from} as bigint), cast(${to} as bigint))`,
  );
  const selected = [
    ...(asked.unit ? [sql`span.label as ${sql.ref(asked.unit)}`] : []),
    ...asked.keys.map((name) => sql`nullif(${columns[name]}, '') as ${sql.ref(name)}`),
    ...asked.sums.map((name) => sql`${sums[name]} as ${sql.ref(name)}`),
  ];
  const conditions = Object.entries(asked.where).map(([name, wanted]) =>
    condition(name, columns[name as KeyDimension], wanted),
  );
  // In this order: the few spans first, and of the table only what lies in them.
  return sql`select ${sql.join(selected)} from (${spanTable(values)}) as span
    cross join ${sql.table(table)}
    where ${sql.join([sql`${sql.ref(time)} >= span.lower and ${sql.ref(time)} < span.upper`, ...conditions], sql` and `)}`;
}

function spanTable(values: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`select column1 as label, column2 as lower, column3 as upper from (values ${sql.join(values)}) as given`;
}

/** Of the rows of calls, which have them all. */
export function columnOf(name: string): RawBuilder<string | null> {
  const { columns } = CALLS;
  if (Object.hasOwn(columns, name)) return columns[name as KeyDimension] as RawBuilder<string | null>;
  throw new LedgerError(`there is no dimension ${JSON.stringify(name)}: ${Object.keys(columns)}`);
}

export function condition(
  name: string,
  column: RawBuilder<string | null> = columnOf(name),
  wanted: Where[KeyDimension],
): RawBuilder<SqlBool> {
  // A variable that was forgotten must not bring the numbers of everybody, nor those of nobody.
  if (wanted === undefined)
    throw new LedgerError(`where.${name}: got undefined; null is for calls without one`);
  if (wanted === null) return sql`(${column} is null or ${column} = '')`;
  if (typeof wanted === 'string') return sql`${column} = ${wanted}`;
  return wanted.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(wanted)})`;
}

/**
 * Money is summed up in two parts: the sum of all calls of some years may be more than 64 bits hold, as may a
 * sum in dollars be less than exact.
 */
const MICRO_SUM = sql`coalesce(sum(cost_pico_usd / ${sql.lit(MICRO)}), 0)`;
const REST_SUM = sql`coalesce(sum(cost_pico_usd % ${sql.lit(MICRO)}), 0)`;

const SELECTED: readonly RawBuilder<unknown>[] = [
  ...SUM_COLUMNS.filter((name) => name !== 'cost_pico_usd').map(
    (name) => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`,
  ),
  sql`${MICRO_SUM} as micro`,
  sql`${REST_SUM} as rest`,
];

const ORDERS = {
  cost: [sql`${MICRO_SUM} + ${REST_SUM} / ${sql.lit(MICRO)} desc`, sql`${REST_SUM} % ${sql.lit(MICRO)} desc`],
  tokens: [sql`coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0) desc`],
  requests: [sql`sum(requests) desc`],
} as const;

/** What an order needs to know. */
const ORDERED_BY: Readonly<Record<keyof typeof ORDERS, readonly SumColumn[]>> = {
  cost: ['cost_pico_usd'],
  tokens: ['input_tokens', 'output_tokens'],
  requests: ['requests'],
};

function keysOf(row: Found, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, (row[name] as string | null) ?? undefined]));
}

function sumsOf(row: Found): Usage {
  const sum = (name: SumColumn) => toNumber(row[name]);
  const picoUsd = toBigInt(row.micro) * BigInt(MICRO) + toBigInt(row.rest);
  const [inputTokens, outputTokens, timed] = [sum('input_tokens'), sum('output_tokens'), sum('timed')];
  return {
    requests: sum('requests'),
    calls: sum('calls'),
    errors: sum('errors'),
    aborted: sum('aborted'),
    inputTokens,
    cacheReadTokens: sum('cache_read_tokens'),
    cacheWriteTokens: sum('cache_write_tokens'),
    outputTokens,
    reasoningTokens: sum('reasoning_tokens'),
    totalTokens: inputTokens + outputTokens,
    costUsd: usdFromPico(picoUsd),
    picoUsd,
    unpriced: sum('unpriced'),
    unmetered: sum('unmetered'),
    estimated: sum('estimated'),
    timed,
    averageLatencyMs: timed === 0 ? undefined : sum('latency_ms') / timed,
  };
}

/** From when to when: where the query does not say, as long as there are calls. */
async function timeOf(db: Kysely<Tables>, query: UsageQuery, timeZone: string): Promise<[number, number]> {
  const { from, to } = query;
  const [first, last] = from === undefined || to === undefined ? await extent(db) : [0, 0];
  return [
    from === undefined ? first : startOf(from, timeZone),
    to === undefined ? last : endOf(to, timeZone),
  ];
}

async function extent(db: Kysely<Tables>): Promise<[number, number]> {
  const { rows } = await sql<{ first: Found[string]; last: Found[string] }>`
    select min(bucket) as first, max(bucket) as last from usage_by_user`.execute(db);
  const [{ first, last } = { first: null, last: null }] = rows;
  return first === null || last === null ? [0, 1] : [toNumber(first), toNumber(last) + DAY_MS];
}
