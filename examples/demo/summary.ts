import type { BillCheck, Totals } from './bill.ts';
import { formatCount, formatShare, formatUsd } from './format.ts';
import type { Paint } from './paint.ts';
import type { Sample } from './scrape.ts';
import { type Counts, groupRows, type Row, readBlindSpots, sumUsage } from './usage.ts';

export interface Outcome {
  readonly seconds: number;
  readonly seed: number;
  readonly samples: readonly Sample[];
  readonly rows: readonly Row[];
  readonly check: BillCheck;
}

/** What the demo has shown, as lines of text. */
export function summarize({ seconds, seed, samples, rows, check }: Outcome, paint: Paint): string[] {
  const total = sumUsage(rows);
  const { unmetered, unpriced } = readBlindSpots(samples);
  const usd = total.spendUsd ?? 0;
  const byUser = groupRows(rows, ({ user, team }) => (team === '' ? user : `${user} (${team})`));
  const byModel = groupRows(rows, ({ model }) => model);
  const facts: [string, string][] = [
    [
      'calls',
      `${formatCount(total.calls)} in ${Math.round(seconds)} s: ${formatCount(total.ok)} ok, ` +
        `${formatCount(total.errors)} refused, ${formatCount(total.aborted)} broken off by users`,
    ],
    [
      'tokens',
      `${formatCount(total.inputTokens)} in, ${formatShare(total.cachedTokens, total.inputTokens)} of them cached; ` +
        `${formatCount(total.outputTokens)} out`,
    ],
    ['spend', `${formatUsd(usd)}, that is ${formatUsd((3600 * usd) / seconds)} an hour`],
    ['most by', `${greatest(byUser)}; ${greatest(byModel)}`],
    ['unmetered', countText(unmetered, 'counted as calls; their usage is incomplete')],
    ['unpriced', countText(unpriced, 'tokens counted; no price is known')],
    ['seed', `${seed} (with --seed ${seed} the same people ask the same again)`],
  ];
  return [
    paint('bold', 'Summary'),
    ...facts.map(([name, text]) => `  ${name.padEnd(9)}  ${text}`),
    '',
    ...describeCheck(check, paint),
    '',
    paint('bold', 'Your own app'),
    '  npm install tokenmeter',
    '  node --import tokenmeter/register app.js   # http://localhost:9464/metrics',
  ];
}

function describeCheck({ billed, metered, agrees, leftOut }: BillCheck, paint: Paint): string[] {
  const line = (name: string, of: (totals: Totals) => number) => {
    const [provider, own] = [of(billed), of(metered)];
    const isSame = provider === own;
    const verdict = paint(isSame ? 'green' : 'red', percentage(own, provider));
    return `  ${name.padEnd(14)}${formatCount(provider).padStart(12)}${formatCount(own).padStart(12)}   ${verdict}`;
  };
  const { aborted, others } = leftOut;
  const title = paint('bold', "Compared with the provider's bill, user by user and model by model");
  if (billed.calls === 0 && metered.calls === 0) return [title, '  There was no call to compare.'];
  return [
    title,
    `  ${''.padEnd(14)}${'billed'.padStart(12)}${'metered'.padStart(12)}`,
    line('calls', ({ calls }) => calls),
    line('input tokens', ({ inputTokens }) => inputTokens),
    line('output tokens', ({ outputTokens }) => outputTokens),
    ...(agrees ? [] : [paint('red', '  They differ: that is a defect of tokenmeter, please report it.')]),
    ...(aborted > 0
      ? [
          `  Left out: ${formatCount(aborted)} calls that were broken off (no provider tells the client what`,
          `  those used), and ${formatCount(others)} others of the same users with the same models.`,
        ]
      : []),
  ];
}

/** Rounded towards the difference: only what is the same is 100 %. */
function percentage(part: number, whole: number): string {
  if (part === whole) return '100 %';
  return whole === 0 ? 'none billed' : `${((100 * part) / whole).toFixed(3)} %`;
}

function greatest(groups: ReturnType<typeof groupRows>): string {
  const [first] = groups;
  return first === undefined ? 'nobody' : `${first[0]} ${formatUsd(first[1].spendUsd)}`;
}

function countText(counts: Counts, meaning: string): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'no calls';
  return `${formatCount(total)} calls (${[...counts.keys()].join(', ')}): ${meaning}`;
}
