import { nodeSqlite } from '../../sqlite.ts';
import { LedgerError } from '../errors.ts';

export function loadSqlite() {
  const sqlite = nodeSqlite();
  if (sqlite) return sqlite;
  throw new LedgerError(
    `a ledger in SQLite needs Node >= 22.13, and this is ${process.version}. ` +
      'Update Node, or use PostgreSQL: ledger: { postgres: url }',
  );
}
