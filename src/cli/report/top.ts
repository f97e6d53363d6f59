import { type Command, Option } from 'commander';
import {
  count,
  EXIT_CODES,
  periodOptions,
  printJson,
  type ReportOptions,
  reportCommand,
  withLedger,
} from './common.ts';
import { unpricedNote, usageTable } from './usage-table.ts';

const HELP = `
Both days are included; without them, all that is in the ledger.

${EXIT_CODES}.

Examples:
  npx tokenmeter report top
  npx tokenmeter report top --by tokens --limit 20 --from 2026-07-01 --to 2026-07-31
`;

interface TopOptions extends ReportOptions {
  readonly by: 'cost' | 'tokens';
  readonly limit: number;
  readonly from?: string;
  readonly to?: string;
}

export function addTop(report: Command): void {
  periodOptions(reportCommand(report, 'top', 'the users who spend most', HELP))
    .addOption(new Option('--by <what>', 'what counts').choices(['cost', 'tokens']).default('cost'))
    .option('--limit <number>', 'how many users', count, 10)
    .action(({ ledger, timeZone, json, by, limit, from, to }: TopOptions) =>
      withLedger(ledger, async (opened) => {
        const users = await opened.topUsers({ from, to, timeZone, by, limit });
        if (json) printJson({ by, from, to, timeZone, users });
        else if (users.length === 0) console.log('no calls that name a user');
        else console.log(usageTable(['user'], users, (row) => [row.user]) + unpricedNote(users));
      }),
    );
}
