import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/types.ts';
import { findClientPrototype } from '../sdk/client.ts';
import { type EmitterPrototype, findEmitterPrototype } from '../sdk/emitter.ts';
import type { ClientPrototype } from '../sdk/types.ts';
import type { FoundClient, FoundSession, SdkFacts } from './found.ts';

/** The prototypes with the seam behind what a file of an SDK exports. */
export function clientsIn(exports: object): ClientPrototype[] {
  const found = [exports, ...Object.values(exports)].map(findClientPrototype);
  return [...new Set(found)].filter((prototype) => prototype !== undefined);
}

/** The prototypes of session classes behind what a file of an SDK exports. */
export function sessionsIn(exports: object): EmitterPrototype[] {
  const found = Object.values(exports).map(findEmitterPrototype);
  return [...new Set(found)].filter((prototype) => prototype !== undefined);
}

/** An `exports` object, or the namespace of an ES module (or the loader hooks' stand-in for one). */
export function formatOf(exports: object): SdkFacts['format'] {
  return Reflect.get(exports, Symbol.toStringTag) === 'Module' ? 'ES module' : 'CommonJS';
}

/** The client classes in a module, its default export or a bundle of modules, or the class itself. */
export function handedOver(sdk: unknown): FoundClient[] {
  return valuesIn(sdk).flatMap((value) => {
    const prototype = findClientPrototype(value);
    const provider = prototype && providers.find(({ sdk: { isClient } }) => isClient(value as ClientClass));
    if (!provider) return [];
    const { module } = provider.sdk;
    const version = versionOf(prototype);
    return [{ prototype, module, version, format: undefined, by: 'manuallyInstrument' as const }];
  });
}

/** The session classes likewise. */
export function sessionsHandedOver(sdk: unknown): FoundSession[] {
  const provider = providers.find(({ sessions }) => sessions !== undefined);
  return valuesIn(sdk).flatMap((value) => {
    const prototype = findEmitterPrototype(value);
    if (!prototype || !provider) return [];
    return [{ prototype, module: provider.sdk.module, by: 'manuallyInstrument' as const }];
  });
}

function valuesIn(sdk: unknown): unknown[] {
  // The CommonJS build of some versions is a function that has the classes as members.
  const exported =
    (typeof sdk === 'object' && sdk !== null) || typeof sdk === 'function' ? Object.values(sdk) : [];
  const nested = exported.flatMap((value) =>
    typeof value === 'object' && value !== null ? Object.values(value) : [],
  );
  return [sdk, ...exported, ...nested];
}

type ClientClass = Parameters<Provider['sdk']['isClient']>[0];

/** Every version of these SDKs puts its own into the user agent: "OpenAI/JS 7.57.0". */
function versionOf(prototype: ClientPrototype): string | undefined {
  try {
    const { getUserAgent } = prototype as { getUserAgent?: () => unknown };
    return /\/JS (\d+\.\d+\.\S+)$/.exec(String(getUserAgent?.call(prototype)))?.[1];
  } catch {
    return undefined;
  }
}
