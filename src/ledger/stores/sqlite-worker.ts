/** Runs in a thread of its own: SQLite keeps whoever calls it waiting. */
import { serve } from './serve.ts';
import { SqliteFile, type SqliteFileOptions } from './sqlite-file.ts';

serve((options: SqliteFileOptions) => new SqliteFile(options));
