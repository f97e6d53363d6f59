import type { Command } from 'commander';
import { addDaily } from './daily.ts';
import { addExport } from './export.ts';
import { addModelsReport } from './models.ts';
import { addPrune } from './prune.ts';
import { addReconcile } from './reconcile.ts';
import { addReprice } from './reprice.ts';
import { addTop } from './top.ts';
import { addUser } from './user.ts';

const HELP = `
All of them read a ledger: the file or URL that --ledger or TOKENMETER_LEDGER names, else tokenmeter.db. Days are those
of UTC, unless --time-zone says otherwise; --json prints amounts also exactly, as picoUsd in 1e-12 dollars.

Examples:
  npx tokenmeter report daily --budget 5
  npx tokenmeter report top --by tokens --from 2026-07-01
  npx tokenmeter report export --format parquet --out calls.parquet
`;

export function addReport(program: Command): void {
  const report = program
    .command('report')
    .description('reports from a ledger, in which every call is on record')
    .addHelpText('after', HELP);
  addDaily(report);
  addUser(report);
  addModelsReport(report);
  addTop(report);
  addExport(report);
  addReprice(report);
  addReconcile(report);
  addPrune(report);
}
