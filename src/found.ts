import type { ClientPrototype } from './sdk/types.ts';

/** What is known of one build of an SDK in this process. */
export interface SdkFacts {
  /** The package: `openai` or `@anthropic-ai/sdk`. */
  readonly module: string;
  /** Undefined where the SDK does not say. */
  readonly version: string | undefined;
  readonly format: 'CommonJS' | 'ES module' | undefined;
  /** Who showed it to the meter. */
  readonly by: 'loader hook' | 'manuallyInstrument';
}

export interface FoundClient extends SdkFacts {
  readonly prototype: ClientPrototype;
}

/** What every instance, of every copy of this package in the process, has to know of the others. */
interface Registry {
  /** By the prototype that is patched. */
  readonly clients: Map<ClientPrototype, FoundClient>;
  /** SDKs that were loaded and have no client that could be patched, each once. */
  readonly withoutSeam: SdkFacts[];
  /** The enabled instances: each is called to patch what has become free. */
  readonly instances: Set<() => void>;
}

const KEY = Symbol.for('tokenmeter.registry/1');
const shared = globalThis as { [KEY]?: Registry };

export function registry(): Registry {
  shared[KEY] ??= { clients: new Map(), withoutSeam: [], instances: new Set() };
  return shared[KEY];
}

/** Keeps the first that is told of a class, and what a loader hook tells: it knows more. */
export function remember(client: FoundClient): void {
  const { clients } = registry();
  if (clients.get(client.prototype)?.by !== 'loader hook') clients.set(client.prototype, client);
}

const PATCHED = Symbol.for('tokenmeter.patched');

/** Whether any copy of this package meters the class of this prototype. */
export function isPatched(prototype: object): boolean {
  return Object.hasOwn(prototype, PATCHED);
}
