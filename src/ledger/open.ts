import { existsSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import { LedgerError } from './errors.ts';
import { Ledger } from './ledger.ts';
import { DEFAULT_LEDGER_FILE, type LedgerOptions } from './options.ts';
import { ledgerAt } from './place.ts';
import { PostgresStore } from './stores/postgres.ts';
import { SqliteStore } from './stores/sqlite.ts';
import type { Store } from './stores/store.ts';

/**
 * @param readOnly It is only asked: what is there is left as it is.
 * @throws {ConfigError} where these options cannot be together, or this Node has no SQLite.
 */
export function createStore(options: LedgerOptions, readOnly = false): Store {
  const { sqlite, postgres, fsync = 'normal', keepDays = Infinity, keepAggregatesDays = Infinity } = options;
  if (keepAggregatesDays < keepDays)
    throw new ConfigError([
      `option ledger.keepAggregatesDays: got ${keepAggregatesDays}, expected no less than keepDays`,
    ]);
  if (postgres === undefined)
    return new SqliteStore({ path: sqlite ?? DEFAULT_LEDGER_FILE, fsync, readOnly });
  if (sqlite !== undefined)
    throw new ConfigError(['option ledger: got both sqlite and postgres, expected one of them']);
  if (fsync === 'always')
    throw new ConfigError(['option ledger.fsync: "always" is for files: a call cannot wait for a server']);
  return new PostgresStore(postgres, readOnly);
}

/**
 * Opens a ledger to ask it, from another program than the one that is metered.
 *
 * @throws {LedgerError} where there is none, or it cannot be read.
 */
export async function openLedger(place: string): Promise<Ledger> {
  return new Ledger(await openStore(place));
}

export async function openStore(place: string): Promise<Store> {
  const options = ledgerAt(place);
  if (options.sqlite !== undefined && !existsSync(options.sqlite))
    throw new LedgerError(
      `there is no ledger at ${place}: an app writes one with the option \`ledger\` or TOKENMETER_LEDGER, which, as --ledger, names it here`,
    );
  const store = createStore(options, true);
  try {
    await store.open();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
