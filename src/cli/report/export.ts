import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { EXIT_CODES, periodOptions, type ReportOptions, reportCommand, withLedger } from './common.ts';
import { type Progress, progress } from './progress.ts';

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
  periodOptions(reportCommand(report, 'export', 'the calls themselves, as a file', HELP))
    .addOption(
      new Option('--format <name>', 'of the file').choices(['csv', 'json', 'parquet']).default('csv'),
    )
    .option('--out <file>', 'where to; Parquet needs a file (default: standard output)')
    .action(async (options: ExportOptions, command: Command) => {
      const { ledger, timeZone, format, json, out, from, to } = options;
      const kind = json ? 'json' : format;
      if (kind !== format && command.getOptionValueSource('format') === 'cli')
        command.error(`error: --json and --format ${format} are two formats`);
      if (kind === 'parquet' && out === undefined)
        command.error('error: --format parquet needs --out <file>');
      if (out !== undefined && resolve(out) === resolve(ledger))
        command.error('error: --out is the ledger itself');
      await withLedger(ledger, async (opened, store) => {
        // What only this command needs, and takes a while to load.
        const { WRITERS } = await import('./export-writers.ts');
        const { pages } = await import('../../ledger/reports/rows.ts');
        const period = { from, to, timeZone };
        const [sum] = await opened.usage(period);
        const bar = progress('exporting', sum?.calls ?? 0);
        try {
          await WRITERS[kind](counted(pages(await store.kysely(), period), bar), out);
        } finally {
          bar.stop();
        }
      });
    });
}

async function* counted<T>(pages: AsyncIterable<readonly T[]>, bar: Progress): AsyncGenerator<readonly T[]> {
  for await (const page of pages) {
    yield page;
    bar.advance(page.length);
  }
}
