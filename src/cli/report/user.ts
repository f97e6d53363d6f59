import type { Command } from 'commander';
import { days, EXIT_CODES, printJson, type ReportOptions, reportCommand, withLedger } from './common.ts';
import { printable } from './format.ts';
import { unpricedNote, usageTable } from './usage-table.ts';

const HELP = `
${EXIT_CODES}.

Examples:
  npx tokenmeter report user u_42
  npx tokenmeter report user u_42 --days 7 --time-zone America/New_York
`;

export function addUser(report: Command): void {
  reportCommand(report, 'user', 'what one user used, by day', HELP)
    .argument('<user>', 'the id, as it is shown on metrics')
    .option('--days <number>', 'how many days, today included', days, 30)
    .action((user: string, { ledger, timeZone, json, days }: ReportOptions & { days: number }) =>
      withLedger(ledger, async (opened) => {
        const rows = await opened.userUsage(user, days, timeZone);
        if (json) printJson({ user, days, timeZone, usage: rows });
        else if (rows.length === 0) console.log(`no calls of ${printable(user)} in ${days} days`);
        else console.log(usageTable([`day (${timeZone})`], rows, (row) => [row.day]) + unpricedNote(rows));
      }),
    );
}
