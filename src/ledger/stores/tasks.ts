import type { MessagePort } from 'node:worker_threads';
import { LedgerError } from '../errors.ts';
import { BadRows, type SqlStatement } from './store.ts';

/** What a host of a database is asked to do. It is opened first. */
export type StoreTask =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly rows: string }
  | { readonly kind: 'query'; readonly statement: SqlStatement }
  | { readonly kind: 'run'; readonly statements: readonly SqlStatement[] };

/** A database, as the thread sees it that has it open. What each task does is told at `Store`. */
export interface Connection {
  /** Resolves with whether its tables are those of this version: who only asks leaves them as they are. */
  open(): Promise<boolean>;
  append(rows: string): void | Promise<void>;
  query(statement: SqlStatement): unknown[] | Promise<unknown[]>;
  run(statements: readonly SqlStatement[]): number[] | Promise<number[]>;
  close(): void | Promise<void>;
}

export type StoreRequest = StoreTask & { readonly id: number };

export type StoreReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Error; readonly kind: 'rows' | 'ledger' | 'other' };

/** Given to the thread when it starts. */
export interface ThreadData<Options> {
  readonly options: Options;
  readonly port: MessagePort;
  /** How many requests were answered: for those who wait without an event loop. */
  readonly answered: Int32Array;
}

export function perform(connection: Connection, task: StoreTask): unknown {
  switch (task.kind) {
    case 'open':
      return connection.open();
    case 'append':
      return connection.append(task.rows);
    case 'query':
      return connection.query(task.statement);
    case 'run':
      return connection.run(task.statements);
  }
}

export function failure(id: number, error: unknown): StoreReply {
  const kind = error instanceof BadRows ? 'rows' : error instanceof LedgerError ? 'ledger' : 'other';
  return { id, error: error as Error, kind };
}

/** The value of a reply, or its error thrown. Errors lose their class on the way. */
export function read(reply: StoreReply): unknown {
  if ('value' in reply) return reply.value;
  const { error, kind } = reply;
  if (kind === 'rows') throw new BadRows(error.message);
  if (kind === 'ledger') throw new LedgerError(error.message, { cause: error.cause });
  throw error;
}
