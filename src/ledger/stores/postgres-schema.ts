import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PoolClient } from 'pg';
import type { Flavour } from '../migrations/flavour.ts';
import { migrate } from '../migrations/migrate.ts';
import { additions } from '../sums.ts';
import type { Tables } from '../tables.ts';

const FLAVOUR: Flavour = {
  sequence: { type: 'bigint', define: (column) => column.generatedAlwaysAsIdentity().primaryKey() },
  integer: 'bigint',
  id: sql`text collate "C"`,
  tableEnd: undefined,
  timestamp: (column) => sql`to_timestamp(${sql.ref(column)} / 1000.0)`,
};

/** For each statement, also while another process makes the tables. */
const LONGEST_MS = 30_000;

/** Makes what is missing, and returns the statements that add rows, whose numbers they get, to the sums. */
export async function prepareSchema(client: PoolClient, schema: string): Promise<readonly string[]> {
  const connection = {
    query: (text: string, values: readonly unknown[]) => {
      const query = { text, values: [...values], query_timeout: LONGEST_MS };
      return client.query(query);
    },
    // It goes back to its pool when all is done.
    release() {},
  };
  const pool = { connect: async () => connection, end: async () => {} };
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as never }) });
  await migrate(kysely, FLAVOUR, schema);
  return additions(kysely, sql<boolean>`seq = any(${0}::bigint[])`).map((statement) => statement.sql);
}
