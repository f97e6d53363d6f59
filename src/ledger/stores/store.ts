import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** A statement, and the values that stand for its placeholders. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * Where rows are kept. The app's thread does not wait for any of it, but for `appendNow`; what fails rejects,
 * and may be tried again.
 */
export interface Store {
  /** Without secrets, for messages. */
  readonly name: string;
  /** Resolves when it can be written, and rejects when it cannot be. */
  open(): Promise<void>;
  /** Writes rows and adds them to the sums, all or none; a row that is there already is left alone. */
  append(rows: string): Promise<void>;
  /** The same while the whole process waits; throws where that cannot be, or fails. */
  appendNow(rows: string): void;
  /** Whether a row has this id, as far as is known without waiting. */
  has(id: string): boolean;
  /** For queries. They see what `append` has resolved for. Kysely takes long to load, and is loaded when asked for. */
  kysely(): Promise<Kysely<Tables>>;
  /** Statements that take effect together, or not at all. Resolves with the number of rows each has changed. */
  run(statements: readonly SqlStatement[]): Promise<number[]>;
  close(): Promise<void>;
}

/** The rows themselves are at fault: trying again does not help. */
export class BadRows extends Error {
  override readonly name = 'BadRows';
}
