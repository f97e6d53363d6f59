/** Where and how a text breaks the rules of JSON: `line 3, column 14: Unexpected token '}'`. */
export function describeJsonError(text: string, error: Error): string {
  const before = text.slice(0, positionOf(text, error)).split('\n');
  const what = error.message.split(/, (?:\.\.\.)?"| in JSON| of JSON/)[0];
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${what}`;
}

function positionOf(text: string, { message }: Error): number {
  const told = / at position (\d+)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  // V8 does not tell where an unexpected token is: behind the longest start of the text that is not broken, only cut.
  let intact = 0;
  let broken = text.length + 1;
  while (broken - intact > 1) {
    const middle = (intact + broken) >> 1;
    if (hasUnexpectedToken(text.slice(0, middle))) broken = middle;
    else intact = middle;
  }
  return intact;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}
