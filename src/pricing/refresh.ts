import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import timers from 'node:timers';
import { warnOnce } from '../report.ts';
import { fetchText } from './fetch-text.ts';
import { parseTable } from './schema.ts';
import { table as builtIn } from './table.ts';
import type { PriceTable } from './types.ts';

export interface RefreshOptions {
  /** Where a table is: the URL or path of what `tokenmeter models --json` prints. */
  readonly from: string;
  /** Seconds between two looks at it. Default: 86,400, a day. */
  readonly everySeconds?: number | undefined;
}

export const DEFAULT_REFRESH_SECONDS = 86_400;

/** More than five times the table of this package, with line breaks and indents. */
const MAX_BYTES = 1_000_000;
const TIMEOUT_MS = 30_000;
const IS_URL = /^https?:\/\//i;
const LONGEST_TIMER = 2 ** 31 - 1;

// As they are now: an app's fake timers are not meant for this.
const { setInterval, clearInterval } = timers;

/**
 * Reads a table now and again, in the background, and hands each that is good to `use`. On any fault the
 * last good one stays. Returns the function that ends it. None of it keeps the process from its end.
 */
export function refreshPrices(
  { from, everySeconds = DEFAULT_REFRESH_SECONDS }: RefreshOptions,
  use: (table: PriceTable) => void,
): () => void {
  const ended = new AbortController();
  let inUse = builtIn;
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    try {
      const table = await parseTable(await read(from, ended.signal), inUse);
      if (ended.signal.aborted) return;
      inUse = table;
      use(table);
    } catch (fault) {
      if (!ended.signal.aborted) {
        warnOnce(`prices:${from}`, `no prices from ${withoutSecrets(from)}; the last good ones stay`, fault);
      }
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(look, Math.min(everySeconds * 1000, LONGEST_TIMER)).unref();
  void look();
  return () => {
    ended.abort();
    clearInterval(timer);
  };
}

function read(from: string, ended: AbortSignal): Promise<string> {
  const limits = { maxBytes: MAX_BYTES, signal: AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)]) };
  return IS_URL.test(from)
    ? fetchText({ ...withoutPassword(from), ...limits })
    : readText({ path: from.replace(/^file:\/\//, ''), ...limits });
}

/** `fetch` refuses a password in a URL. */
function withoutPassword(from: string) {
  if (!URL.canParse(from)) throw new TypeError('this is no URL');
  const url = new URL(from);
  const { username, password } = url;
  url.username = url.password = '';
  const login = [username, password].map(decodeURIComponent).join(':');
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  return { url: url.href, headers: username === '' ? {} : { authorization } };
}

interface FileToRead {
  readonly path: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

async function readText({ path, maxBytes, signal }: FileToRead): Promise<string> {
  // Else opening a pipe waits for whoever writes to it. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a file');
    const buffer = Buffer.alloc(maxBytes + 1);
    for (let length = 0; length <= maxBytes; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, length);
      if (bytesRead === 0) return new TextDecoder().decode(buffer.subarray(0, length));
      length += bytesRead;
    }
    throw new Error(`it is longer than ${maxBytes} bytes`);
  } finally {
    await file.close();
  }
}

/** URLs may have a password or a token in them. */
function withoutSecrets(from: string): string {
  if (!IS_URL.test(from)) return from;
  if (!URL.canParse(from)) return 'the URL that is given';
  const { protocol, host, pathname } = new URL(from);
  return `${protocol}//${host}${pathname}`;
}
