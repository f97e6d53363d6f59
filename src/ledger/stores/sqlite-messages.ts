import { LedgerError } from '../errors.ts';
import type { SqliteFile, SqliteFileOptions } from './sqlite-file.ts';
import { BadRows, type SqlStatement } from './store.ts';

/** What the thread that has the file open is asked to do. */
export type SqliteTask =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly rows: string }
  | { readonly kind: 'query'; readonly statement: SqlStatement }
  | { readonly kind: 'run'; readonly statements: readonly SqlStatement[] };

export type SqliteRequest = SqliteTask & { readonly id: number };

export type SqliteReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Error; readonly kind: 'rows' | 'ledger' | 'other' };

/** Given to the thread when it starts. */
export interface SqliteThreadData {
  readonly options: SqliteFileOptions;
  /** How many requests were answered: for those who wait without an event loop. */
  readonly answered: Int32Array;
}

export function perform(file: SqliteFile, task: SqliteTask): unknown {
  switch (task.kind) {
    case 'open':
      return file.open();
    case 'append':
      return file.append(task.rows);
    case 'query':
      return file.query(task.statement);
    case 'run':
      return file.run(task.statements);
  }
}

export function failure(id: number, error: unknown): SqliteReply {
  const kind = error instanceof BadRows ? 'rows' : error instanceof LedgerError ? 'ledger' : 'other';
  return { id, error: error as Error, kind };
}

/** The value of a reply, or its error thrown. Errors lose their class on the way. */
export function read(reply: SqliteReply): unknown {
  if ('value' in reply) return reply.value;
  const { error, kind } = reply;
  if (kind === 'rows') throw new BadRows(error.message);
  if (kind === 'ledger') throw new LedgerError(error.message, { cause: error.cause });
  throw error;
}
