/** What is known of a failure. An error may be anything, also something that throws when looked at. */
export function classify(error: unknown): { aborted: boolean; errorType: string } {
  try {
    return { aborted: isAbort(error), errorType: errorTypeOf(error) };
  } catch {
    return { aborted: false, errorType: '_OTHER' };
  }
}

/** Whether the app itself ended the call. */
function isAbort(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'AbortError' || name === 'APIUserAbortError';
}

/** The value of `error.type`: an HTTP status, else the name of the error's class. */
function errorTypeOf(error: unknown): string {
  const status = (error as { status?: unknown } | null | undefined)?.status;
  if (typeof status === 'number') return String(status);
  return nameOf(error);
}

/** The class of an error; SDK errors all have the `name` "Error", DOMExceptions all the same class. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const name: unknown = error.name === 'Error' ? error.constructor.name : error.name;
  return typeof name === 'string' && /^[A-Z]\w{2,63}$/.test(name) ? name : '_OTHER';
}
