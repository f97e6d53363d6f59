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

/** Is told what happens to a session: an object of the SDK's, over one socket or, with reconnects, several. */
export interface SessionObserver {
  /** The app is about to get an event of the server's. */
  event(session: object, event: unknown): void;
  /** The socket is gone, and with it what the server was about to say. */
  disconnected(session: object): void;
}

/** Patches the emitter behind `prototype`. The observer must not throw. Returns as `patchClient` does. */
export function patchEmitter(
  prototype: EmitterPrototype,
  observer: SessionObserver,
): (() => void) | undefined {
  if (Object.hasOwn(prototype, PATCHED)) return undefined;
  const { _emit } = prototype;
  let active = true;
  const watched = new WeakSet<object>();
  /** Not every session tells the app that its socket has closed: then the socket does. */
  const watchSocket = (session: object) => {
    try {
      const { socket } = session as { socket?: Partial<EventTarget> };
      if (typeof socket !== 'object' || socket === null || watched.has(socket)) return;
      watched.add(socket);
      socket.addEventListener?.('close', () => active && observer.disconnected(session));
    } catch (fault) {
      reportFault('watching for the end of a session', fault);
    }
  };
  const restore = replace(prototype, '_emit', function (this: object, name, ...args) {
    // Every event is emitted as `event`, and a second time under its own name.
    if (active && name === 'event') {
      watchSocket(this);
      observer.event(this, args[0]);
    } else if (active && (name === 'close' || name === 'reconnecting') && !isServerEvent(args[0], name)) {
      observer.disconnected(this);
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

/** A server may send events that are named as the SDK names its own. */
function isServerEvent(value: unknown, name: string): boolean {
  return (value as { type?: unknown } | null | undefined)?.type === name;
}
