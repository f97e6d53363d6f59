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
  return (subject, onlyNamed = false) =>
    patterns.every(([part, pattern]) => {
      const value = subject[part];
      return value === undefined && onlyNamed ? true : pattern.test(value ?? '');
    });
}

/** `*` stands for anything; the rest for itself. */
function patternOf(patterns: readonly string[]): RegExp {
  const alternatives = patterns.map((text) => text.split('*').map(escaped).join('.*'));
  return new RegExp(`^(?:${alternatives.join('|')})$`, 's');
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Names the scope of a call among those of a budget. */
export function keyOf(per: readonly ScopePart[], subject: Subject): string {
  const [only] = per;
  if (only === undefined) return '';
  if (per.length === 1) return subject[only] ?? '';
  return per.map((part) => subject[part] ?? '').join(SEPARATOR);
}

/** As `overrides` name a scope. */
export function keyOfOverride(per: readonly ScopePart[], name: string): string {
  return per.length === 1 ? name : name.split('/').join(SEPARATOR);
}

export function scopeOf(per: readonly ScopePart[], key: string): Scope {
  const values = per.length === 1 ? [key] : key.split(SEPARATOR);
  return Object.fromEntries(
    per.map((part, index) => [part, values[index] ?? '']).filter(([, value]) => value !== ''),
  );
}
