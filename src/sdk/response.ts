import type { CallObserver } from './types.ts';

/**
 * Observes the body of a raw response that the app asked for, through the app's own reading of it.
 * Nothing is cloned and nothing is read for it.
 */
export function observeResponse(response: Response, call: CallObserver): void {
  const readers: { -readonly [K in 'json' | 'text']: Response[K] } = response;
  const { json, text } = readers;
  readers.json = () => {
    const body = json.call(response);
    body.then(
      (value) => call.result(value),
      (error) => call.failed(error),
    );
    return body;
  };
  readers.text = () => {
    const body = text.call(response);
    body.then(
      (value) => readText(value, call),
      (error) => call.failed(error),
    );
    return body;
  };
}

function readText(body: string, call: CallObserver): void {
  try {
    call.result(JSON.parse(body));
  } catch {
    call.unread();
  }
}
