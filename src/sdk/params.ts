import type { RequestOptions } from './types.ts';

/** A request body as fields: the caller's own object, or what a form's text fields say. */
export function plainParams(body: RequestOptions[string]): Readonly<Record<string, unknown>> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  return isForm(body) ? Object.fromEntries(textFields(body)) : (body as Record<string, unknown>);
}

/** Whether the request may turn out to be a streamed one: a body may say so only once it is serialised. */
export function mayStream(stream: unknown, body: unknown): boolean {
  const streams = stream !== undefined && stream !== null && stream !== false;
  return streams || typeof body !== 'object' || typeof Reflect.get(body ?? {}, 'toJSON') === 'function';
}

/** By its tag: old SDK versions bring a FormData of their own. */
function isForm(body: object): body is FormData {
  return (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'FormData';
}

function textFields(form: FormData): [string, string][] {
  return [...form.entries()].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
