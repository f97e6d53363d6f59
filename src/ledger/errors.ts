import { TokenmeterError } from '../errors.ts';

/** A ledger cannot be opened, read or written. */
export class LedgerError extends TokenmeterError {
  override readonly name = 'LedgerError';
}
