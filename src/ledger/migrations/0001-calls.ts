import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Flavour } from './flavour.ts';

// A migration that was released is history: it says itself what it makes, whatever later versions want.
const INTEGERS = [
  ...['input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'input_audio_tokens', 'input_image_tokens'],
  ...['output_tokens', 'reasoning_tokens', 'output_audio_tokens', 'output_image_tokens', 'total_tokens'],
  ...['cost_pico_usd', 'estimated', 'latency_ms', 'first_chunk_ms'],
];
const TEXTS = [
  ...['request_id', 'endpoint', 'request_model', 'response_model', 'usage_details', 'cost_by_class'],
  ...['price_version', 'confidence', 'unpriced', 'unmetered', 'user_id', 'team', 'feature', 'error_type'],
  ...['service_tier', 'trace_id', 'span_id'],
];
const SUMS = [
  ...['calls', 'requests', 'errors', 'aborted', 'input_tokens', 'cache_read_tokens', 'cache_write_tokens'],
  ...['output_tokens', 'reasoning_tokens', 'cost_pico_usd', 'unpriced', 'unmetered', 'estimated'],
  ...['latency_ms', 'timed'],
];

export const calls = (flavour: Flavour): Migration => ({
  async up(db: Kysely<unknown>) {
    await createCalls(db, flavour);
    await createSums(db, flavour, 'usage_by_model', [
      ...['provider', 'operation', 'model', 'request_model', 'team', 'feature'],
    ]);
    await createSums(db, flavour, 'usage_by_user', ['user_id', 'provider', 'model']);
    await db.schema
      .createIndex('usage_by_user_user')
      .on('usage_by_user')
      .columns(['user_id', 'bucket'])
      .execute();
    await ended(
      flavour,
      db.schema
        .createTable('facts')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('value', 'text', (column) => column.notNull()),
      'keyed',
    ).execute();
    await createViews(db, flavour);
  },
});

async function createCalls(db: Kysely<unknown>, flavour: Flavour): Promise<void> {
  const { sequence, integer, id } = flavour;
  let table = db.schema
    .createTable('calls')
    .addColumn('seq', sequence.type, sequence.define)
    .addColumn('id', id, (column) => column.notNull().unique())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('price_list', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('requests', integer, (column) => column.notNull()) as CreateTableBuilder<string, string>;
  for (const name of INTEGERS) table = table.addColumn(name, integer);
  for (const name of TEXTS) table = table.addColumn(name, 'text');
  await ended(flavour, table, 'counted').execute();
  await db.schema.createIndex('calls_time').on('calls').column('time').execute();
  await db.schema.createIndex('calls_user_time').on('calls').columns(['user_id', 'time']).execute();
}

async function createSums(
  db: Kysely<unknown>,
  flavour: Flavour,
  name: string,
  keys: readonly string[],
): Promise<void> {
  let table = db.schema
    .createTable(name)
    .addColumn('bucket', flavour.integer, (column) => column.notNull()) as CreateTableBuilder<string, string>;
  for (const key of keys) table = table.addColumn(key, 'text', (column) => column.notNull());
  for (const sum of SUMS) table = table.addColumn(sum, flavour.integer, (column) => column.notNull());
  await ended(flavour, table.addPrimaryKeyConstraint(`${name}_key`, ['bucket', ...keys]), 'keyed').execute();
}

/** The tables that people make by hand for this, for the queries that they have. */
async function createViews(db: Kysely<unknown>, { timestamp }: Flavour): Promise<void> {
  const time = timestamp('time');
  const model = sql`coalesce(response_model, request_model)`;
  const costUsd = sql`cost_pico_usd / 1e12`;
  await sql`create view api_usage as select seq as id, ${time} as timestamp, request_id, ${model} as model,
    input_tokens, output_tokens, total_tokens, ${costUsd} as cost_usd, user_id, endpoint, latency_ms
    from calls`.execute(db);
  await sql`create view token_usage as select seq as id, user_id, input_tokens as prompt_tokens,
    output_tokens as completion_tokens, total_tokens, ${time} as timestamp from calls`.execute(db);
  await sql`create view usage as select seq as id, ${time} as timestamp, ${model} as model, input_tokens,
    output_tokens, ${costUsd} as cost from calls`.execute(db);
}

function ended<T extends CreateTableBuilder<string, string>>(
  { tableEnd }: Flavour,
  table: T,
  kind: 'keyed' | 'counted',
) {
  return tableEnd ? table.modifyEnd(tableEnd[kind]) : table;
}
