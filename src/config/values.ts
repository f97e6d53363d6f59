import * as v from 'valibot';

export const SECONDS = 'a number of seconds above 0';
export const COUNT = 'a whole number from 0 up';
export const filled = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));
export const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `one of ${names.join(', ')}`);
