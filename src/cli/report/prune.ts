import type { Command } from 'commander';
import { firstKept, type Prunable, prune } from '../../ledger/retention.ts';
import type { Store } from '../../ledger/stores/store.ts';
import { toNumber } from '../../ledger/tables.ts';
import { days, EXIT_CODES, printJson, type ReportOptions, reportCommand, withLedger } from './common.ts';
import { number } from './format.ts';
import { progress } from './progress.ts';

const HELP = `
An app with the option \`keepDays\` does this itself, once its process is a minute old: this is for those that end
before that, and for cron. Days are those of UTC. The file of a SQLite ledger keeps its size, and is filled again:
sqlite3 usage.db vacuum, while nobody writes, makes it smaller.

${EXIT_CODES}.

Examples:
  npx tokenmeter report prune --keep-days 90 --dry-run
  npx tokenmeter report prune --keep-days 90 --keep-aggregates-days 730
`;

interface PruneOptions extends ReportOptions {
  readonly keepDays: number;
  readonly keepAggregatesDays?: number;
  readonly dryRun?: true;
}

export function addPrune(report: Command): void {
  reportCommand(report, 'prune', 'delete old calls; sums of them stay', HELP)
    .requiredOption('--keep-days <number>', 'how many days of calls stay', days)
    .option('--keep-aggregates-days <number>', 'how many days of sums stay (default: all)', days)
    .option('--dry-run', 'change nothing')
    .action((options: PruneOptions, command: Command) => {
      const { ledger, json, keepDays, keepAggregatesDays, dryRun } = options;
      if (keepAggregatesDays !== undefined && keepAggregatesDays < keepDays)
        command.error('error: --keep-aggregates-days is less than --keep-days');
      return withLedger(ledger, async (_, store) => {
        const old = await countOld(store, options);
        const deleted = dryRun ? old : await deleteOld(store, options, old.calls + old.sums);
        if (json) printJson({ keepDays, keepAggregatesDays, dryRun: dryRun ?? false, ...deleted });
        else console.log(print(deleted, dryRun === true));
      });
    });
}

interface Deleted {
  readonly calls: number;
  readonly sums: number;
}

async function countOld(store: Store, { keepDays, keepAggregatesDays }: PruneOptions): Promise<Deleted> {
  const db = await store.kysely();
  const now = Date.now();
  const count = db.fn.countAll().as('count');
  const before = firstKept(now, keepDays);
  const calls = await db.selectFrom('calls').select(count).where('time', '<', before).executeTakeFirst();
  let sums = 0;
  if (keepAggregatesDays !== undefined) {
    const before = firstKept(now, keepAggregatesDays);
    for (const table of ['usage_by_model', 'usage_by_user'] as const) {
      const found = await db.selectFrom(table).select(count).where('bucket', '<', before).executeTakeFirst();
      sums += toNumber(found?.count);
    }
  }
  return { calls: toNumber(calls?.count), sums };
}

async function deleteOld(store: Store, retention: PruneOptions, total: number): Promise<Deleted> {
  const bar = progress('deleting', total);
  const counted: Prunable = {
    kysely: () => store.kysely(),
    async run(statements) {
      const changes = await store.run(statements);
      for (const rows of changes) bar.advance(rows);
      return changes;
    },
  };
  // Pauses between the steps keep no process running.
  const awake = setInterval(() => {}, 1000);
  try {
    const { rows, sums } = await prune(counted, retention);
    return { calls: rows, sums };
  } finally {
    clearInterval(awake);
    bar.stop();
  }
}

function print({ calls, sums }: Deleted, isDry: boolean): string {
  const would = isDry ? 'would be deleted' : 'deleted';
  return `${number(calls)} calls and ${number(sums)} sums ${would}`;
}
