import type { ColumnDefinitionBuilder, RawBuilder } from 'kysely';

/** What differs between databases in the definition of tables. */
export interface Flavour {
  /** Counts rows by itself, and is the primary key. */
  readonly sequence: {
    readonly type: 'integer' | 'bigint';
    define(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  };
  readonly integer: 'integer' | 'bigint';
  /** A text that is ordered by its bytes, in whatever language the database is. */
  readonly id: 'text' | RawBuilder<unknown>;
  /** What stands at the end of a table's definition; of one that lies in the order of its key, and of others. */
  readonly tableEnd:
    | { readonly keyed: RawBuilder<unknown>; readonly counted: RawBuilder<unknown> }
    | undefined;
  /** A time in milliseconds as people read it, and as the database's functions of dates take it. */
  timestamp(column: string): RawBuilder<unknown>;
}
