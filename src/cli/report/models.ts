import type { Command } from 'commander';
import {
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
  npx tokenmeter report models --from 2026-07-01 --to 2026-07-31
  npx tokenmeter report models --json | jq '.models[0]'
`;

export function addModelsReport(report: Command): void {
  periodOptions(reportCommand(report, 'models', 'what each model cost, the dearest first', HELP)).action(
    ({ ledger, timeZone, json, from, to }: ReportOptions & { from?: string; to?: string }) =>
      withLedger(ledger, async (opened) => {
        const models = await opened.costByModel({ from, to, timeZone });
        if (json) printJson({ from, to, timeZone, models });
        else if (models.length === 0) console.log('no calls');
        else {
          const names = ['provider', 'model'];
          console.log(usageTable(names, models, (row) => [row.provider, row.model]) + unpricedNote(models));
        }
      }),
  );
}
