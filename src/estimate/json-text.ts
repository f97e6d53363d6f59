/** A value as JSON; never throws. Too deep or circular ones give their names and values without punctuation. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return looseText(value);
  }
}

function looseText(value: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) {
      if (typeof next !== 'symbol' && typeof next !== 'function') texts.push(String(next));
    } else if (!seen.has(next)) {
      seen.add(next);
      for (const [name, member] of Object.entries(next)) {
        if (!Array.isArray(next)) texts.push(name);
        open.push(member);
      }
    }
  }
  return texts.join(' ');
}
