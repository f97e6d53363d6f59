import type { LedgerOptions } from './options.ts';

/** A ledger as `TOKENMETER_LEDGER` and the command line name it: the URL of a PostgreSQL database, or a path. */
export function ledgerAt(place: string): LedgerOptions {
  return isPostgres(place) ? { postgres: place } : { sqlite: place };
}

export function isPostgres(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}
