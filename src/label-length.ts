/** Labels come from requests: a longer one is cut, so that nobody can fill memory and scrapes with one. */
const MAX_LENGTH = 256;

export function cutLabel<T extends string | undefined>(value: T): T {
  return (value !== undefined && value.length > MAX_LENGTH ? value.slice(0, MAX_LENGTH) : value) as T;
}
