/** An object as JSON has them: neither a list nor a Map, nor of another class. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also one of another realm, such as that of a test runner.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
