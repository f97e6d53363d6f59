import type { Usage } from '../usage.ts';

/** The first count that cannot be true, or parts that do not add up to their total; undefined when all is well. */
export function findBadCount({ input, output, serverTools }: Usage): string | undefined {
  if (!isCount(input.total)) return 'input.total';
  if (!isCount(input.uncached)) return 'input.uncached';
  if (!isCount(input.cacheRead)) return 'input.cacheRead';
  if (!isCount(input.cacheWrite)) return 'input.cacheWrite';
  if (input.uncached + input.cacheRead + input.cacheWrite !== input.total) return 'input.total';
  if (!isCount(input.audio)) return 'input.audio';
  if (!isCount(input.image)) return 'input.image';
  if (input.audio + input.image > input.total) return 'input.total';
  if (!partsFit(input.cacheWriteByLifetime, input.cacheWrite)) return 'input.cacheWriteByLifetime';
  if (!isCount(output.total)) return 'output.total';
  if (!isCount(output.text)) return 'output.text';
  if (!isCount(output.audio)) return 'output.audio';
  if (!isCount(output.image)) return 'output.image';
  if (output.text + output.audio + output.image !== output.total) return 'output.total';
  if (!partsFit(serverTools, Number.MAX_SAFE_INTEGER)) return 'serverTools';
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function partsFit(parts: Readonly<Record<string, number>>, whole: number): boolean {
  let sum = 0;
  for (const name in parts) {
    const part = parts[name] ?? Number.NaN;
    if (!isCount(part)) return false;
    sum += part;
  }
  return sum <= whole;
}
