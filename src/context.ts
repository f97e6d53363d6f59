import { AsyncLocalStorage } from 'node:async_hooks';
import { cleanLabel } from './label.ts';

/** On whose behalf code runs. Every member is optional; a nested context adds to the outer one. */
export interface UsageContext {
  /** Your id of the user, as it shall stand on metrics and spans. */
  readonly user?: string;
  readonly team?: string;
  readonly feature?: string;
}

const NOBODY: UsageContext = Object.freeze({});

// One storage for all copies of the package in a process, so that a context set through one copy
// is seen by the instrumentation of another.
const KEY = Symbol.for('tokenmeter.usageContext');
const shared = globalThis as { [KEY]?: AsyncLocalStorage<UsageContext> };
shared[KEY] ??= new AsyncLocalStorage<UsageContext>();
const storage = shared[KEY];

/**
 * Runs `fn` so that every call made inside it, after any `await`, counts for this user, team and
 * feature. Returns what `fn` returns.
 *
 * @example
 * await withUsageContext({ user: 'u_42', team: 'search' }, () => client.chat.completions.create(…));
 */
export function withUsageContext<T>(context: UsageContext, fn: () => T): T {
  return storage.run({ ...storage.getStore(), ...readUsageContext(context) }, fn);
}

/**
 * The members that say something. Ids that come as numbers are ids too; an empty or missing one must
 * not hide what an outer context, or the request, says.
 */
export function readUsageContext(context: unknown): UsageContext {
  const said: { -readonly [K in keyof UsageContext]: UsageContext[K] } = {};
  for (const name of ['user', 'team', 'feature'] as const) {
    const value = (context as Record<string, unknown> | null | undefined)?.[name];
    if (typeof value === 'string' && value !== '') said[name] = cleanLabel(value);
    else if (typeof value === 'number' || typeof value === 'bigint') said[name] = String(value);
  }
  return said;
}

/** The context of the code that is running now. */
export function currentUsageContext(): UsageContext {
  return storage.getStore() ?? NOBODY;
}
