import { types } from 'node:util';
import { Held, whenLost } from './lost.ts';
import type { CallObserver } from './types.ts';

type Method = (...args: unknown[]) => unknown;

/** Ways to the body that cannot be watched without reading it for the app. */
const UNWATCHED = ['arrayBuffer', 'blob', 'bytes', 'formData', 'clone'];

/**
 * Observes the body of a raw response that the app asked for, through the app's own reading of it.
 * Nothing is cloned and nothing is read for it. `isTheirs` tells whether it is still the app that
 * reads: it may leave the rest to the SDK.
 */
export function observeResponse(response: Response, call: CallObserver, isTheirs: () => boolean): void {
  const held = new Held(call);
  whenLost(response, held);
  const unread = () => {
    held.used = true;
    if (isTheirs()) call.unread();
  };
  // node-fetch, under the SDKs' old versions, takes `body` from within its own `json()` and `text()`.
  let reading = false;
  const watch = (name: 'json' | 'text', look: (body: unknown) => void) => {
    wrap(response, name, (read) => {
      held.used = true;
      reading = true;
      let body: unknown;
      try {
        body = read();
      } finally {
        reading = false;
      }
      if (!(body instanceof Promise)) return body;
      call.waits();
      // Not watched from the side: a failure that the app does not handle must stay unhandled.
      return body.then(
        (value) => {
          call.waited();
          look(value);
          return value;
        },
        (error) => {
          call.waited();
          call.failed(error);
          throw error;
        },
      );
    });
  };
  watch('json', (body) => call.result(body));
  watch('text', (body) => {
    const parsed = parse(body);
    if (parsed === undefined) unread();
    else call.result(parsed);
  });
  for (const name of UNWATCHED) {
    wrap(response, name, (read) => {
      unread();
      return read();
    });
  }
  // What is no Response of a fetch implementation has a body that only it knows how to give.
  if (!isPlain(response)) return;
  Object.defineProperty(response, 'body', {
    configurable: true,
    get() {
      if (!reading) unread();
      return Reflect.get(Object.getPrototypeOf(response), 'body', response);
    },
  });
}

/** Whether its `body` is a getter that it inherits, as that of every fetch implementation is. */
function isPlain(response: Response): boolean {
  if (types.isProxy(response) || Object.hasOwn(response, 'body')) return false;
  let prototype: unknown = Object.getPrototypeOf(response);
  while (typeof prototype === 'object' && prototype !== null) {
    const { get } = Object.getOwnPropertyDescriptor(prototype, 'body') ?? {};
    if (get) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

/** Puts a method of the response's own, not enumerable, over the one it inherits. */
function wrap(response: Response, name: string, around: (read: () => unknown) => unknown): void {
  const method: unknown = Reflect.get(response, name);
  if (typeof method !== 'function') return;
  Object.defineProperty(response, name, {
    configurable: true,
    writable: true,
    value: (...args: unknown[]) => around(() => (method as Method).apply(response, args)),
  });
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}
