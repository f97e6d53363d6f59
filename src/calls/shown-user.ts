import { createHmac } from 'node:crypto';
import { cleanLabel } from '../label.ts';
import { warnOnce } from '../report.ts';

/** How users are shown on metrics, spans and records. */
export interface ShownUserOptions {
  /**
   * `raw` shows the id as it is, `hash` a keyed hash of it (HMAC-SHA-256, 16 hexadecimal digits, the same
   * in all processes with the same `salt`), `off` nobody. Default: `raw`.
   */
  readonly label?: 'raw' | 'hash' | 'off' | undefined;
  /** The key of the hash, at least 16 characters. Keep it secret: ids can be guessed with it. */
  readonly salt?: string | undefined;
  /** Changes an id before it is shown, or leaves it out by returning nothing. */
  readonly map?: ((user: string) => string | null | undefined) | undefined;
}

const HASH_LENGTH = 16;
/** Of users whose hash is remembered: a hash costs more than the rest of a call's bookkeeping. */
const MAX_REMEMBERED = 10_000;

/** Returns what shows a user. It never shows one as he is because something failed. */
export function shownUser({
  label = 'raw',
  salt,
  map,
}: ShownUserOptions): (user: string) => string | undefined {
  if (label === 'off') return () => undefined;
  const show = label === 'hash' ? remembered((user) => hash(user, salt ?? '')) : (user: string) => user;
  if (!map) return show;
  return (user) => {
    const mapped = apply(map, user);
    return mapped === undefined ? undefined : show(mapped);
  };
}

function apply(map: NonNullable<ShownUserOptions['map']>, user: string): string | undefined {
  try {
    const mapped: unknown = map(user);
    if (typeof mapped === 'string') return mapped === '' ? undefined : cleanLabel(mapped);
    if (mapped !== null && mapped !== undefined) throw new TypeError(`it returned a ${typeof mapped}`);
  } catch (fault) {
    warnOnce('user.map', 'the function `user.map` failed; such calls show no user', fault);
  }
  return undefined;
}

function hash(user: string, salt: string): string {
  return createHmac('sha256', salt).update(user).digest('hex').slice(0, HASH_LENGTH);
}

function remembered(fn: (user: string) => string): (user: string) => string {
  const known = new Map<string, string>();
  return (user) => {
    let result = known.get(user);
    if (result === undefined) {
      result = fn(user);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(user, result);
    }
    return result;
  };
}
