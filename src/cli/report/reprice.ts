import type { Command } from 'commander';
import { resolveConfig } from '../../config.ts';
import type { RepriceResult } from '../../ledger/reprice.ts';
import { bookOf } from '../../pricing/price.ts';
import { day, EXIT_CODES, printJson, type ReportOptions, reportCommand, withLedger } from './common.ts';
import { number, table, usd } from './format.ts';
import { progress } from './progress.ts';

const HELP = `
Prices calls again at the prices of their day, by the table of this version and TOKENMETER_PRICES, and says what
changed. A call that has no price any more keeps its cost.

${EXIT_CODES}.

Examples:
  npx tokenmeter report reprice --since 2026-07-01 --dry-run
  TOKENMETER_PRICES=prices.json npx tokenmeter report reprice --since 2026-07-01
`;

interface RepriceCommand extends ReportOptions {
  readonly since: string;
  readonly dryRun?: true;
}

export function addReprice(report: Command): void {
  reportCommand(report, 'reprice', 'price calls again with the prices of now', HELP)
    .requiredOption('--since <day>', 'the first day', day)
    .option('--dry-run', 'change nothing')
    .action(({ ledger, timeZone, json, since, dryRun }: RepriceCommand) =>
      withLedger(ledger, async (opened, store) => {
        const { reprice } = await import('../../ledger/reprice.ts');
        const { TOKENMETER_PRICES, TOKENMETER_DEPLOYMENTS } = process.env;
        const { prices, deployments } = resolveConfig(
          {},
          { TOKENMETER_PRICES, TOKENMETER_DEPLOYMENTS },
        ).meter;
        const [sum] = await opened.usage({ from: since, timeZone });
        const bar = progress('pricing', sum?.calls ?? 0);
        try {
          const { price } = bookOf(prices);
          const onProgress = (calls: number) => bar.advance(calls);
          const result = await reprice(store, {
            since,
            timeZone,
            price,
            deployments,
            isDry: dryRun,
            onProgress,
          });
          bar.stop();
          if (json) printJson({ since, timeZone, dryRun: dryRun ?? false, ...result });
          else console.log(print(result, dryRun === true));
        } finally {
          bar.stop();
        }
      }),
    );
}

function print({ calls, changed, kept, missingBefore }: RepriceResult, isDry: boolean): string {
  const of = changed.reduce((total, { calls: some }) => total + some, 0);
  const lines = [`${number(of)} of ${number(calls)} calls ${isDry ? 'would change' : 'changed'}`];
  if (changed.length > 0) {
    const rows = changed.map((change) => [
      change.provider,
      change.model,
      number(change.calls),
      usd(change.beforePicoUsd),
      usd(change.afterPicoUsd),
      usd(change.afterPicoUsd - change.beforePicoUsd),
    ]);
    lines.push(
      table(
        [
          { title: 'provider', isText: true },
          { title: 'model', isText: true },
          { title: 'calls' },
          { title: 'before' },
          { title: 'after' },
          { title: 'change' },
        ],
        rows,
      ),
    );
  }
  if (kept > 0) lines.push(`${number(kept)} calls have no price now, and keep their cost`);
  if (missingBefore) {
    const day = missingBefore.toISOString().slice(0, 10);
    lines.push(`calls before ${day} are not on record any more: what they cost stays as it was`);
  }
  return lines.join('\n');
}
