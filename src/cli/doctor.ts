import type { Command } from 'commander';
import { examine } from '../doctor/doctor.ts';
import { printReport } from './print-report.ts';

const EXAMPLES = `
Loads every copy of the SDKs that is installed in the current folder, in a process of its own, and makes no
calls.

Exit code: 0 when calls would be metered, 1 when something is in the way, 2 for a wrong command line.

Examples:
  npx tokenmeter doctor
  OTEL_EXPORTER_PROMETHEUS_PORT=9500 npx tokenmeter doctor   with the environment that the app will have
  npx tokenmeter doctor --json | jq '.findings[] | select(.level == "problem")'
`;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say whether the calls of the app in this folder are metered, and where metrics go')
    .option('--json', 'print the whole report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: true }) => {
      const report = await examine(process.cwd(), process.env);
      console.log(json ? JSON.stringify(report, undefined, 2) : printReport(report));
      process.exitCode = report.works ? 0 : 1;
    });
}
