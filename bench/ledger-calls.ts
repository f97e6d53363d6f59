import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { remoteSqlite } from '../src/ledger/stores/remote-kysely.ts';
import { SqliteFile } from '../src/ledger/stores/sqlite-file.ts';
import { additions } from '../src/ledger/sums.ts';

export const FIRST_DAY = Temporal.PlainDate.from('2026-01-01');
const DAYS = 90;
export const MONTH = { from: '2026-02-01', to: '2026-02-28' };

/** Calls of 90 days by 10,000 users, a few of whom make most of them: made by SQLite itself, as that is quickest. */
export async function generateCalls(path: string, rows: number): Promise<void> {
  const file = new SqliteFile({ path, fsync: 'normal' });
  await file.open();
  file.close();
  const database = new DatabaseSync(path);
  database.exec('pragma synchronous = off; pragma cache_size = -500000; pragma temp_store = memory');
  database.exec('drop index calls_time; drop index calls_user_time');
  const step = (DAYS * 86_400_000) / rows;
  const start = FIRST_DAY.toZonedDateTime('UTC').epochMilliseconds;
  const insert = database.prepare(INSERT);
  for (let first = 0; first < rows; first += 500_000) {
    insert.run({ first, last: Math.min(rows, first + 500_000) - 1, start, step });
  }
  database.exec(
    'create index calls_time on calls (time); create index calls_user_time on calls (user_id, time)',
  );
  const db = remoteSqlite(async () => []);
  for (const { sql: text } of additions(db, sql<boolean>`seq > 0`)) database.exec(text);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

const INSERT = `
with recursive n(i) as (select :first union all select i + 1 from n where i < :last),
  r(i, a, b) as (select i, abs(random()) % 10000, abs(random()) % 1000 from n)
insert into calls (id, time, request_id, provider, price_list, operation, endpoint, request_model, response_model,
  requests, input_tokens, cache_read_tokens, cache_write_tokens, input_audio_tokens, input_image_tokens,
  output_tokens, reasoning_tokens, output_audio_tokens, output_image_tokens, total_tokens, cost_pico_usd,
  cost_by_class, price_version, confidence, estimated, user_id, team, feature, outcome, latency_ms, service_tier,
  trace_id, span_id)
select 'AbCdEfGhIjK-' || i, :start + cast(i * :step as integer), 'chatcmpl-CqZ8vY3LrT0pXwN5sKdH2mJ' || i,
  case when b % 3 = 0 then 'anthropic' else 'openai' end, case when b % 3 = 0 then 'anthropic' else 'openai' end,
  'chat', '/chat/completions',
  case b % 3 when 0 then 'claude-sonnet-4-5' when 1 then 'gpt-4.1' else 'gpt-4.1-mini' end,
  case b % 3 when 0 then 'claude-sonnet-4-5-20250929' when 1 then 'gpt-4.1-2025-04-14' else 'gpt-4.1-mini-2025-04-14' end,
  1, 1000 + b, 400, 0, 0, 0, 50 + b % 100, 0, 0, 0, 1050 + b, 1000000000 + b * 1000000,
  '{"input":1200000000,"cacheRead":200000000,"output":' || (400000000 + b) || '}', 'tokenmeter-2026-07-24', 'exact',
  0, 'u_' || (a * a / 10000), 'team_' || (a % 20), case when b % 2 = 0 then 'chat' else 'search' end, 'ok',
  200 + b, 'default', hex(randomblob(16)), hex(randomblob(8))
from r`;
