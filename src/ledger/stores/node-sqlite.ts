import { LedgerError } from '../errors.ts';

type NodeSqlite = typeof import('node:sqlite');

/** Loaded only where a ledger is in SQLite: older versions of Node do not have it. */
export function loadSqlite(): NodeSqlite {
  const sqlite = process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined;
  if (sqlite) return sqlite;
  throw new LedgerError(
    `a ledger in SQLite needs Node >= 22.13, and this is ${process.version}. ` +
      'Update Node, or use PostgreSQL: ledger: { postgres: url }',
  );
}
