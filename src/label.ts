/** Labels come from requests: a longer one is cut, so that nobody can fill memory and scrapes with one. */
const MAX_LENGTH = 256;

// Control characters, and halves of characters that UTF-16 writes as two.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNCLEAN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu;

/** Stands for all that have no label of their own; nobody else may. */
export const OTHER = '__other__';
const NOT_OTHER = '__other';

/** A value that is safe on a metric, a span and in a log, whoever chose it. */
export function cleanLabel<T extends string | undefined>(value: T): T {
  if (value === undefined) return value;
  const cut = value.length > MAX_LENGTH ? value.slice(0, MAX_LENGTH) : value;
  return (cut === OTHER ? NOT_OTHER : cut.replace(UNCLEAN, '\uFFFD')) as T;
}
