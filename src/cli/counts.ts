import { InvalidArgumentError } from 'commander';

/** Digits, in groups if they are many: 1000000 or 1_000_000. */
const WHOLE = /^\d+(?:_\d+)*$/;
const DECIMAL = /^\d+(?:\.\d+)?$/;

/** A parser of an option's value, for every command. */
export function wholeNumberOf(unit: string): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''));
    if (WHOLE.test(text) && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number of ${unit}.`);
  };
}

export function seconds(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds, such as 7.5.');
}

/** In groups, as people write it; with a plural where it is one. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
