import { reportFault } from '../report.ts';
import { PATCHED, replace } from './patch.ts';

/** The part of the SDKs' WebSocket clients that hands events to the app. */
export interface EmitterPrototype {
  _emit(this: object, name: string, ...args: unknown[]): unknown;
}

/** The prototype of an emitter of server events, from its class or one of its subclasses. */
export function findEmitterPrototype(emitterClass: unknown): EmitterPrototype | undefined {
  if (typeof emitterClass !== 'function') return undefined;
  let prototype: unknown = emitterClass.prototype;
  while (typeof prototype === 'object' && prototype !== null) {
    const { _emit } = prototype as Partial<EmitterPrototype>;
    if (Object.hasOwn(prototype, '_onError') && typeof _emit === 'function')
      return prototype as EmitterPrototype;
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}

/** Is told what happens to a session. Must not throw. */
export interface SessionObserver {
  /** The app is about to get an event of the server's. */
  event(session: object, event: unknown): void;
  /** The connection is gone, and will not come back. */
  closed(session: object): void;
}

/** Patches the emitter behind `prototype`. Returns as `patchClient` does. */
export function patchEmitter(
  prototype: EmitterPrototype,
  observer: SessionObserver,
): (() => void) | undefined {
  if (Object.hasOwn(prototype, PATCHED)) return undefined;
  const { _emit } = prototype;
  let active = true;
  const watched = new WeakSet<object>();
  const watchClose = (session: object) => {
    if (watched.has(session)) return;
    watched.add(session);
    try {
      // Not every session tells the app that its socket has closed.
      const { socket } = session as { socket?: Partial<EventTarget> };
      socket?.addEventListener?.('close', () => active && observer.closed(session));
    } catch (fault) {
      reportFault('watching for the end of a session', fault);
    }
  };
  const restore = replace(prototype, '_emit', function (this: object, name, ...args) {
    // Every event is emitted as `event`, and a second time under its own name.
    if (active && name === 'event') {
      watchClose(this);
      observer.event(this, args[0]);
    } else if (active && name === 'close') {
      observer.closed(this);
    }
    return _emit.call(this, name, ...args);
  });
  Object.defineProperty(prototype, PATCHED, { value: true, configurable: true });
  return () => {
    active = false;
    restore();
    Reflect.deleteProperty(prototype, PATCHED);
  };
}
