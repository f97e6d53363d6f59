import type { RequestOptions } from './types.ts';

/** A request body as fields: the caller's own object, or what a form's text fields say. */
export function plainParams(body: RequestOptions[string]): Readonly<Record<string, unknown>> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  return isForm(body) ? Object.fromEntries(textFields(body)) : (body as Record<string, unknown>);
}

/** By its tag: old SDK versions bring a FormData of their own. */
function isForm(body: object): body is FormData {
  return (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'FormData';
}

function textFields(form: FormData): [string, string][] {
  return [...form.entries()].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
