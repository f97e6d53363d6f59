import type { Budget, Scope, ScopePart } from './types.ts';

/** Who calls what, before it is known who answers. */
export type Subject = Readonly<Partial<Record<ScopePart, string | undefined>>>;

/** Between the values of a scope's key. A label cannot have it: control characters are taken out. */
const SEPARATOR = '\u0001';

/** Whether a budget is about a subject. `onlyNamed`: what the subject does not say may be anything. */
export type Matcher = (subject: Subject, onlyNamed?: boolean) => boolean;

export function matcherOf({ match = {} }: Budget): Matcher {
  const patterns = Object.entries(match).flatMap(([part, texts]) =>
    texts === undefined ? [] : [[part as ScopePart, patternOf([texts].flat())] as const],
  );
  if (patterns.length === 0) return () => true;
  return (subject, onlyNamed = false) =>
    patterns.every(([part, pattern]) => {
      const value = subject[part];
      return value === undefined && onlyNamed ? true : pattern(value ?? '');
    });
}

/** `*` stands for anything; the rest for itself. */
function patternOf(patterns: readonly string[]): (value: string) => boolean {
  const globs = patterns.map(globOf);
  return (value) => globs.some((matches) => matches(value));
}

/**
 * Each piece is taken where it first occurs, which leaves the most to those that follow: nothing is tried twice,
 * as a regular expression would, and a long value takes no longer than it is long.
 */
function globOf(text: string): (value: string) => boolean {
  const [start = '', ...rest] = text.split('*');
  const end = rest.pop();
  if (end === undefined) return (value) => value === text;
  const pieces = rest.filter((piece) => piece !== '');
  return (value) => {
    const last = value.length - end.length;
    if (last < start.length || !value.startsWith(start) || !value.endsWith(end)) return false;
    let at = start.length;
    for (const piece of pieces) {
      const found = value.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= last;
  };
}

/** Names the scope of a call among those of a budget. */
export function keyOf(per: readonly ScopePart[], subject: Subject): string {
  const [only] = per;
  if (only === undefined) return '';
  if (per.length === 1) return subject[only] ?? '';
  return per.map((part) => subject[part] ?? '').join(SEPARATOR);
}

/** As `overrides` name a scope: of several parts, joined with `/`, of which one may have `/` as `%2F`, `%` as `%25`. */
export function keyOfOverride(per: readonly ScopePart[], name: string): string {
  if (per.length === 1) return name;
  return name.split('/').map(unescaped).join(SEPARATOR);
}

function unescaped(part: string): string {
  return part.replace(/%(2f|25)/gi, (code) => (code === '%25' ? '%' : '/'));
}

export function scopeOf(per: readonly ScopePart[], key: string): Scope {
  const values = per.length === 1 ? [key] : key.split(SEPARATOR);
  return Object.fromEntries(
    per.map((part, index) => [part, values[index] ?? '']).filter(([, value]) => value !== ''),
  );
}
