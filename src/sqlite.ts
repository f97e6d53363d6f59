type NodeSqlite = typeof import('node:sqlite');

/** Loaded only where something is kept in SQLite: Node has it from 22.13 on, and undefined is what older versions have. */
export function nodeSqlite(): NodeSqlite | undefined {
  return process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined;
}
