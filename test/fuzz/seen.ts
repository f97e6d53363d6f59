import { inspect } from 'node:util';

/** Everything of a value that an app could look at, as text. */
export function textOf(value: unknown): string {
  return inspect(value, {
    depth: 1000,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: 120,
  });
}

/** Of an error: its class, its own fields and where it came from, but not its stack. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { thrown: error };
  const fields = Object.getOwnPropertyNames(error)
    .filter((name) => !['stack', 'message', 'cause'].includes(name))
    .map((name) => [name, plain(Reflect.get(error, name))]);
  return {
    class: error.constructor.name,
    message: error.message,
    fields: Object.fromEntries(fields),
    ...(error.cause !== undefined && depth < 5 && { cause: describeError(error.cause, depth + 1) }),
  };
}

const plain = (value: unknown): unknown => (value instanceof Headers ? headersOf(value) : value);

export function headersOf(headers: Headers): Record<string, string> {
  const { date: _, ...others } = Object.fromEntries(headers);
  return others;
}
