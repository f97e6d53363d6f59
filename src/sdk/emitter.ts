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

/**
 * Patches the emitter behind `prototype`, so that `observe` sees every event of the server's before the
 * app does. It must not throw. Returns as `patchClient` does.
 */
export function patchEmitter(
  prototype: EmitterPrototype,
  observe: (session: object, event: unknown) => void,
): (() => void) | undefined {
  if (Object.hasOwn(prototype, PATCHED)) return undefined;
  const { _emit } = prototype;
  let active = true;
  const restore = replace(prototype, '_emit', function (this: object, name, ...args) {
    // Every event is emitted as `event`, and a second time under its own name.
    if (active && name === 'event') observe(this, args[0]);
    return _emit.call(this, name, ...args);
  });
  Object.defineProperty(prototype, PATCHED, { value: true, configurable: true });
  return () => {
    active = false;
    restore();
    Reflect.deleteProperty(prototype, PATCHED);
  };
}
