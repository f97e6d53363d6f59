import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** A database of Node's in the form that Kysely knows. */
export function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  return { close: () => database.close(), prepare: (sql) => statement(database, sql) };
}

function statement(database: DatabaseSync, sql: string): SqliteStatement {
  const prepared = database.prepare(sql);
  // Sums of money and tokens may be beyond what a number holds.
  prepared.setReadBigInts(true);
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: returnsRows(sql),
    all: (parameters) => prepared.all(...values(parameters)),
    run: (parameters) => prepared.run(...values(parameters)),
    iterate: (parameters) => prepared.iterate(...values(parameters)),
  };
}

/** Node tells by itself only from 22.16 on. */
function returnsRows(sql: string): boolean {
  return /^\s*(?:select|with|values|pragma|explain)\b|\breturning\b/i.test(sql);
}
