import { stripVTControlCharacters, styleText } from 'node:util';

const PICO = 1_000_000_000_000n;

/** To the cent, and what is less than a cent to a millionth of a dollar. */
export function usd(picoUsd: bigint): string {
  const sign = picoUsd < 0n ? '-' : '';
  const amount = picoUsd < 0n ? -picoUsd : picoUsd;
  const digits = amount > 0n && amount < PICO / 100n ? 6 : 2;
  const unit = 10n ** BigInt(12 - digits);
  const rounded = (amount + unit / 2n) / unit;
  const scale = 10n ** BigInt(digits);
  return `${sign}$${(rounded / scale).toLocaleString('en')}.${(rounded % scale).toString().padStart(digits, '0')}`;
}

export function usdOfNumber(amount: number): string {
  return usd(BigInt(Math.round(amount * 1e12)));
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}

/** Coloured where standard output is a terminal, and NO_COLOR and FORCE_COLOR do not say otherwise. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

export interface Column {
  readonly title: string;
  /** To the left, and cut where the terminal is too narrow. */
  readonly isText?: boolean;
}

const LEAST_TEXT = 8;
const GAP = '  ';

/** Rows below their titles; each on lines of its own where the terminal is too narrow even for cut texts. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminalWidth = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index] ?? ''))),
  );
  let excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - terminalWidth;
  for (const [index, { isText }] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (!isText || excess <= 0 || width <= LEAST_TEXT) continue;
    widths[index] = Math.max(LEAST_TEXT, width - excess);
    excess -= width - widths[index];
  }
  if (excess > 0) return folded(columns, cells, terminalWidth);
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => place(cell, widths[index] ?? 0, columns[index]?.isText === true))
      .join(GAP)
      .trimEnd();
  return [paint('bold', line(columns.map(({ title }) => title))), ...cells.map(line)].join('\n');
}

function folded(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminalWidth: number,
): string {
  const titles = Math.max(...columns.map(({ title }) => widthOf(title)));
  const cells = Math.max(LEAST_TEXT, terminalWidth - titles - GAP.length);
  const line = (title: string, cell: string) =>
    `${paint('bold', place(title, titles, true))}${GAP}${place(cell, cells, true).trimEnd()}`;
  return rows
    .map((row) => columns.map(({ title }, index) => line(title, row[index] ?? '')).join('\n'))
    .join('\n\n');
}

function place(cell: string, width: number, isText: boolean): string {
  const cut = widthOf(cell) > width ? `${takeWidth(cell, width - 1)}…` : cell;
  const space = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return isText ? cut + space : space + cut;
}

/** Users choose their ids: none of them moves the cursor, or turns the text around. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\uFFFD');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const segmenter = new Intl.Segmenter();

function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

function takeWidth(text: string, width: number): string {
  let taken = '';
  let left = width;
  for (const { segment } of segmenter.segment(text)) {
    left -= WIDE.test(segment) ? 2 : 1;
    if (left < 0) break;
    taken += segment;
  }
  return taken;
}
