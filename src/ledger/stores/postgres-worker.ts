/** Runs in a thread of its own, which goes on while the app's waits at the exit. */
import type { PostgresAddress } from './postgres-address.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { serve } from './serve.ts';

serve((address: PostgresAddress) => new PostgresDatabase(address));
