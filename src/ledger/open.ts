import { ConfigError } from '../errors.ts';
import { Ledger } from './ledger.ts';
import { DEFAULT_LEDGER_FILE, type LedgerOptions } from './options.ts';
import { ledgerAt } from './place.ts';
import { PostgresStore } from './stores/postgres.ts';
import { SqliteStore } from './stores/sqlite.ts';
import type { Store } from './stores/store.ts';

/** @throws {ConfigError} where these options cannot be together, or this Node has no SQLite. */
export function createStore(options: LedgerOptions): Store {
  const { sqlite, postgres, fsync = 'normal', keepDays = Infinity, keepAggregatesDays = Infinity } = options;
  if (keepAggregatesDays < keepDays)
    throw new ConfigError([
      `option ledger.keepAggregatesDays: got ${keepAggregatesDays}, expected no less than keepDays`,
    ]);
  if (postgres === undefined) return new SqliteStore({ path: sqlite ?? DEFAULT_LEDGER_FILE, fsync });
  if (sqlite !== undefined)
    throw new ConfigError(['option ledger: got both sqlite and postgres, expected one of them']);
  if (fsync === 'always')
    throw new ConfigError(['option ledger.fsync: "always" is for files: a call cannot wait for a server']);
  return new PostgresStore(postgres);
}

/** Opens a ledger to ask it, from another program than the one that is metered. */
export async function openLedger(place: string): Promise<Ledger> {
  return new Ledger(await openStore(place));
}

export async function openStore(place: string): Promise<Store> {
  const store = createStore(ledgerAt(place));
  try {
    await store.open();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
