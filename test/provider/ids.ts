import { createHash } from 'node:crypto';

export type NextId = (prefix: string, length?: number) => string;

/** Ids that look random and are the same in every run: the n-th id of a seed. */
export function createIds(seed: number): NextId {
  let count = 0;
  return (prefix, length = 24) => {
    count += 1;
    const digest = createHash('sha512').update(`${seed}:${count}`).digest('base64');
    return prefix + digest.replace(/[+/=]/g, '').slice(0, length);
  };
}
