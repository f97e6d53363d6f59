import type { EmitterPrototype } from '../sdk/emitter.ts';
import { PATCHED } from '../sdk/patch.ts';
import type { ClientPrototype } from '../sdk/types.ts';

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

/** A class of sessions over a WebSocket. */
export interface FoundSession {
  readonly module: string;
  readonly by: SdkFacts['by'];
  readonly prototype: EmitterPrototype;
}

/** What every instance, of every copy of this package in the process, has to know of the others. */
interface Registry {
  /** By the prototype that is patched. */
  readonly clients: Map<ClientPrototype, FoundClient>;
  /** Likewise. */
  readonly sessions: Map<EmitterPrototype, FoundSession>;
  /** SDKs that were loaded and have no client that could be patched, each once. */
  readonly withoutSeam: SdkFacts[];
  /** The enabled instances: each is called to patch what has become free. */
  readonly instances: Set<() => void>;
}

const KEY = Symbol.for('tokenmeter.registry/1');
const shared = globalThis as { [KEY]?: Registry };

export function registry(): Registry {
  shared[KEY] ??= { clients: new Map(), sessions: new Map(), withoutSeam: [], instances: new Set() };
  return shared[KEY];
}

/** Keeps the first that is told of a class, and what a loader hook tells: it knows more. */
export function remember(client: FoundClient): void {
  keep(registry().clients, client);
}

export function rememberSession(session: FoundSession): void {
  keep(registry().sessions, session);
}

function keep<P, F extends { readonly prototype: P; readonly by: SdkFacts['by'] }>(
  known: Map<P, F>,
  found: F,
): void {
  if (known.get(found.prototype)?.by !== 'loader hook') known.set(found.prototype, found);
}

/** Whether any copy of this package meters the class of this prototype. */
export function isPatched(prototype: object): boolean {
  return Object.hasOwn(prototype, PATCHED);
}
