import type { LedgerUsage } from '../../ledger/index.ts';
import { type Column, number, table, usd } from './format.ts';

const SUMS: readonly Column[] = [
  { title: 'requests' },
  { title: 'input' },
  { title: 'output' },
  { title: 'tokens' },
  { title: 'cost' },
  { title: 'latency' },
];

/** Sums, below what they are of. */
export function usageTable<U extends LedgerUsage>(
  titles: readonly string[],
  rows: readonly U[],
  names: (row: U) => readonly (string | undefined)[],
): string {
  const columns = [...titles.map((title) => ({ title, isText: true })), ...SUMS];
  return table(
    columns,
    rows.map((row) => [...names(row).map((name) => name ?? '-'), ...sums(row)]),
  );
}

function sums({
  requests,
  inputTokens,
  outputTokens,
  totalTokens,
  picoUsd,
  unpriced,
  averageLatencyMs,
}: LedgerUsage) {
  return [
    number(requests),
    number(inputTokens),
    number(outputTokens),
    number(totalTokens),
    `${usd(picoUsd)}${unpriced > 0 ? '+?' : ''}`,
    averageLatencyMs === undefined ? '-' : `${number(Math.round(averageLatencyMs))} ms`,
  ];
}

/** Below a table in which some cost has a question mark. */
export function unpricedNote(rows: readonly LedgerUsage[]): string {
  const unpriced = rows.reduce((sum, row) => sum + row.unpriced, 0);
  return unpriced === 0 ? '' : `\n+? ${number(unpriced)} calls have no known price, and are not in the cost`;
}
