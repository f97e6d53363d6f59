/** Rows as aligned text: columns of words to the left, those of numbers to the right. The first has words. */
export function columns(rows: readonly (readonly string[])[], words: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const pad = (cell: string, index: number) => {
    const width = widths[index] ?? 0;
    return index === 0 || words.includes(index) ? cell.padEnd(width) : cell.padStart(width);
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
