import type { Command } from 'commander';
import type { DailySummary } from '../../ledger/reports/types.ts';
import {
  day,
  dollars,
  EXIT_CODES,
  FOUND,
  printJson,
  type ReportOptions,
  reportCommand,
  withLedger,
} from './common.ts';
import { number, paint, percent, printable, usd, usdOfNumber } from './format.ts';

const HELP = `
${EXIT_CODES}, 3 when the day's budget is used up.

Examples:
  npx tokenmeter report daily
  npx tokenmeter report daily --date 2026-07-01 --time-zone Europe/Berlin --budget 5
  npx tokenmeter report daily --json | jq .total.costUsd
`;

/** From here on, the share of a budget that is used is an alert. */
const ALERT_FROM = 0.5;

export function addDaily(report: Command): void {
  reportCommand(report, 'daily', 'what one day cost, by model', HELP)
    .option('--date <day>', 'which day (default: today)', day)
    .option('--budget <USD>', 'of the day: says what is left of it', dollars)
    .action(({ ledger, timeZone, json, date, budget }: ReportOptions & { date?: string; budget?: number }) =>
      withLedger(ledger, async (opened) => {
        const summary = await opened.dailySummary(date, timeZone, { budgetUsd: budget });
        if (json) printJson(summary);
        else console.log(print(summary));
        if ((summary.budget?.usedShare ?? 0) >= 1) process.exitCode = FOUND;
      }),
    );
}

function print({ date, timeZone, models, total, budget }: DailySummary): string {
  const title = `Daily Summary (${date}${timeZone === 'UTC' ? '' : `, ${timeZone}`})`;
  const lines = [paint('bold', title), '='.repeat(title.length)];
  for (const { model, requests, picoUsd, unpriced } of models) {
    const unknown = unpriced === 0 ? '' : ` (${number(unpriced)} without a known price)`;
    lines.push(
      `${printable(model ?? 'unknown model')}: ${number(requests)} ${requests === 1 ? 'request' : 'requests'}, ${usd(picoUsd)}${unknown}`,
    );
  }
  if (models.length === 0) lines.push('no calls');
  lines.push(`Total: ${usd(total.picoUsd)}`);
  if (budget) {
    lines.push(`Remaining: ${usdOfNumber(budget.remainingUsd)} of ${usdOfNumber(budget.usd)}`);
    if (budget.usedShare >= ALERT_FROM) {
      const colour = budget.usedShare >= 0.8 ? 'red' : 'yellow';
      lines.push('', paint(colour, `Alert: ${percent(budget.usedShare)} of daily budget used`));
    }
  }
  return lines.join('\n');
}
