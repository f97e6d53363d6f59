/** Runs in a thread of its own, which goes on while the app's waits at the exit. */
import { PostgresDatabase, type PostgresOptions } from './postgres-database.ts';
import { serve } from './serve.ts';

serve((options: PostgresOptions) => new PostgresDatabase(options));
