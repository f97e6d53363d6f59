/** Marks a patched prototype, for every copy of this package in the process. */
export const PATCHED = Symbol.for('tokenmeter.patched');

/** Replaces a method; the returned function puts the old one back if nobody has wrapped ours since. */
export function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  replacement: NonNullable<T[K]>,
): () => void {
  const before = Object.getOwnPropertyDescriptor(prototype, name);
  // Whoever reads the name, such as a mocking library, finds what was there.
  Object.defineProperty(replacement, 'name', { value: String(name), configurable: true });
  Object.defineProperty(prototype, name, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (prototype[name] !== replacement) return;
    if (before) Object.defineProperty(prototype, name, before);
    else Reflect.deleteProperty(prototype, name);
  };
}
