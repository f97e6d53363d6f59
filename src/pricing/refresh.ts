import { open } from 'node:fs/promises';
import timers from 'node:timers';
import { warnOnce } from '../report.ts';
import { parseTable } from './schema.ts';
import type { PriceTable } from './types.ts';

export interface RefreshOptions {
  /** Where a table is: the URL or path of what `tokenmeter models --json` prints. */
  readonly from: string;
  /** Seconds between two looks at it. Default: 86,400, a day. */
  readonly everySeconds?: number | undefined;
}

export const DEFAULT_REFRESH_SECONDS = 86_400;

const MAX_BYTES = 10_000_000;
const TIMEOUT_MS = 30_000;
const LONGEST_TIMER = 2 ** 31 - 1;

// As they are now: an app's fake timers, or its own `fetch`, are not meant for this.
const { setInterval, clearInterval } = timers;
const { fetch } = globalThis;

/**
 * Reads a table now and again, in the background, and hands each that is good to `use`. On any fault the
 * last good one stays. Returns the function that ends it.
 */
export function refreshPrices(
  { from, everySeconds = DEFAULT_REFRESH_SECONDS }: RefreshOptions,
  use: (table: PriceTable) => void,
): () => void {
  const ended = new AbortController();
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    try {
      const table = parseTable(await read(from, ended.signal));
      if (!ended.signal.aborted) use(table);
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

async function read(from: string, ended: AbortSignal): Promise<string> {
  return /^https?:\/\//i.test(from) ? readUrl(from, ended) : readFile(from.replace(/^file:\/\//, ''));
}

async function readUrl(from: string, ended: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)]);
  const { url, headers } = withoutPassword(from);
  const response = await fetch(url, { signal, headers });
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
  return textOf(response.body);
}

/** `fetch` refuses a password in a URL. */
function withoutPassword(from: string) {
  const url = new URL(from);
  const { username, password } = url;
  url.username = url.password = '';
  const login = [username, password].map(decodeURIComponent).join(':');
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  return { url, headers: username === '' ? {} : { authorization } };
}

async function readFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    return await textOf(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** Never more than the limit, whatever the other side says of its length. */
async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** URLs may have a password or a token in them. */
function withoutSecrets(from: string): string {
  if (!URL.canParse(from)) return from;
  const { protocol, host, pathname } = new URL(from);
  return `${protocol}//${host}${pathname}`;
}
