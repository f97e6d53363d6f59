import { type Command, Option } from 'commander';
import { day, EXIT_CODES, type ReportOptions, reportCommand, withLedger } from './common.ts';
import type { ExportWriter } from './export-writers.ts';
import { progress } from './progress.ts';

const HELP = `
All that is on record, one row a call, in the order of time. Money is in USD and, exactly, in 1e-12 dollars.

${EXIT_CODES}.

Examples:
  npx tokenmeter report export > calls.csv
  npx tokenmeter report export --format parquet --out calls.parquet --from 2026-07-01 --to 2026-07-31
  duckdb -c "select user_id, sum(cost_usd) from 'calls.parquet' group by all"
`;

interface ExportOptions extends ReportOptions {
  readonly format: 'csv' | 'json' | 'parquet';
  readonly out?: string;
  readonly from?: string;
  readonly to?: string;
}

export function addExport(report: Command): void {
  reportCommand(report, 'export', 'the calls themselves, as a file', HELP)
    .addOption(
      new Option('--format <name>', 'of the file').choices(['csv', 'json', 'parquet']).default('csv'),
    )
    .option('--out <file>', 'where to; Parquet needs a file (default: standard output)')
    .option('--from <day>', 'the first day', day)
    .option('--to <day>', 'the last day', day)
    .action(async (options: ExportOptions, command: Command) => {
      const { ledger, timeZone, format, json, out, from, to } = options;
      const kind = json ? 'json' : format;
      if (kind === 'parquet' && out === undefined)
        command.error('error: --format parquet needs --out <file>');
      await withLedger(ledger, async (opened, store) => {
        // What only this command needs, and takes a while to load.
        const { WRITERS } = await import('./export-writers.ts');
        const { pages } = await import('../../ledger/reports/rows.ts');
        const period = { from, to, timeZone };
        const [sum] = await opened.usage(period);
        const bar = progress('exporting', sum?.calls ?? 0);
        let writer: ExportWriter | undefined;
        try {
          writer = WRITERS[kind](out);
          for await (const page of pages(await store.kysely(), period)) {
            await writer.write(page);
            bar.advance(page.length);
          }
        } finally {
          await writer?.end();
          bar.stop();
        }
      });
    });
}
