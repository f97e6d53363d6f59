import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PoolClient } from 'pg';
import { LedgerError } from '../errors.ts';
import type { Flavour } from '../migrations/flavour.ts';
import { migrate } from '../migrations/migrate.ts';
import { isCurrent, MIGRATIONS_TABLE } from '../migrations/names.ts';
import { additions } from '../sums.ts';
import type { Tables } from '../tables.ts';
import type { PostgresOptions } from './postgres-database.ts';

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
export async function prepareSchema(
  client: PoolClient,
  { name, schema, readOnly }: PostgresOptions,
): Promise<readonly string[]> {
  const applied = await migrationsIn(client, schema);
  if (readOnly && applied === undefined)
    throw new LedgerError(`there is no ledger in the schema ${schema} of ${name}`);
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
  // Whose role may not make tables can use those that are there.
  if (applied === undefined || !isCurrent(applied)) await migrate(kysely, FLAVOUR, schema);
  return additions(kysely, sql<boolean>`seq = any(${0}::bigint[])`).map((statement) => statement.sql);
}

/** Undefined: there is no ledger. */
async function migrationsIn(client: PoolClient, schema: string): Promise<readonly string[] | undefined> {
  try {
    const query = { text: `select name from ${schema}.${MIGRATIONS_TABLE}`, query_timeout: LONGEST_MS };
    const { rows } = await client.query(query);
    return rows.map(({ name }) => name);
  } catch (error) {
    if (UNDEFINED.has(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

/** SQLSTATE: no such table, no such schema. */
const UNDEFINED: ReadonlySet<string> = new Set(['42P01', '3F000']);
