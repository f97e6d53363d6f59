import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { DAY_MS, QUARTER_HOUR_MS, type SumColumn, type Tables } from './tables.ts';

/** What one row of `calls` adds to each sum. */
export const SUM_OF_CALL: Readonly<Record<SumColumn, RawBuilder<number>>> = {
  calls: sql`1`,
  requests: sql`requests`,
  errors: sql`case when outcome = 'error' then 1 else 0 end`,
  aborted: sql`case when outcome = 'aborted' then 1 else 0 end`,
  input_tokens: sql`input_tokens`,
  cache_read_tokens: sql`cache_read_tokens`,
  cache_write_tokens: sql`cache_write_tokens`,
  output_tokens: sql`output_tokens`,
  reasoning_tokens: sql`reasoning_tokens`,
  cost_pico_usd: sql`cost_pico_usd`,
  unpriced: sql`case when unpriced is not null then 1 else 0 end`,
  unmetered: sql`case when unmetered is not null then 1 else 0 end`,
  estimated: sql`estimated`,
  latency_ms: sql`latency_ms`,
  timed: sql`case when latency_ms is not null then 1 else 0 end`,
};

export const SUM_COLUMNS = Object.keys(SUM_OF_CALL) as readonly SumColumn[];

/** What calls are summed up by, in each of the two tables. */
const KEYS = {
  usage_by_model: {
    bucket: bucketOf(QUARTER_HOUR_MS),
    provider: sql<string>`provider`,
    operation: sql<string>`operation`,
    model: sql<string>`coalesce(response_model, request_model, '')`,
    request_model: orEmpty('request_model'),
    team: orEmpty('team'),
    feature: orEmpty('feature'),
  },
  usage_by_user: {
    bucket: bucketOf(DAY_MS),
    user_id: orEmpty('user_id'),
    provider: sql<string>`provider`,
    model: sql<string>`coalesce(response_model, request_model, '')`,
  },
} as const;

/** Statements that add some rows of `calls` to the sums, which must not be in them; or take out rows that are. */
export function additions(db: Kysely<Tables>, which: Expression<SqlBool>, sign: 1 | -1 = 1) {
  return [addition(db, 'usage_by_model', which, sign), addition(db, 'usage_by_user', which, sign)];
}

function addition(db: Kysely<Tables>, table: keyof typeof KEYS, which: Expression<SqlBool>, sign: 1 | -1) {
  const keys = Object.entries(KEYS[table] as Record<string, RawBuilder<unknown>>);
  const names = keys.map(([name]) => name);
  const selected = [
    ...keys.map(([, key]) => key),
    ...SUM_COLUMNS.map((sum) => sql`coalesce(sum(${SUM_OF_CALL[sum]}), 0) * ${sql.lit(sign)}`),
  ];
  const columns = [...names, ...SUM_COLUMNS].map((name) => sql.ref(name));
  const raised = SUM_COLUMNS.map(
    (sum) => sql`${sql.ref(sum)} = ${sql.ref(`${table}.${sum}`)} + excluded.${sql.ref(sum)}`,
  );
  const places = names.map((_, index) => sql.lit(index + 1));
  // In one order everywhere: two machines that add to the same sums do not wait for each other in a circle.
  return sql`insert into ${sql.table(table)} (${sql.join(columns)})
    select ${sql.join(selected)} from calls where ${which} group by ${sql.join(places)} order by ${sql.join(places)}
    on conflict (${sql.join(names.map((name) => sql.ref(name)))}) do update set ${sql.join(raised)}`.compile(
    db,
  );
}

function bucketOf(milliseconds: number): RawBuilder<number> {
  return sql`time - time % ${sql.lit(milliseconds)}`;
}

function orEmpty(column: string): RawBuilder<string> {
  return sql`coalesce(${sql.ref(column)}, '')`;
}
