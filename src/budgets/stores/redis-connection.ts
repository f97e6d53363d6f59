import { createRequire } from 'node:module';
import { TokenmeterError } from '../../errors.ts';

const CONNECT_WITHIN_MS = 2000;

/** The part of a client of the package `redis` that is used. */
export interface RedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  unref(): void;
  on(event: 'error' | 'end', listener: () => void): unknown;
  eval(script: string, given: ScriptArguments): Promise<unknown>;
  evalSha(sha: string, given: ScriptArguments): Promise<unknown>;
  zRangeWithScores(
    key: string,
    from: number,
    to: number,
    options?: object,
  ): Promise<{ readonly value: string; readonly score: number }[]>;
}

interface ScriptArguments {
  readonly keys: string[];
  readonly arguments: string[];
}

/**
 * A connection that is opened when it is needed. The client would try for ever to open a lost one again, and
 * keep the process from ending meanwhile.
 */
export class Connection {
  readonly #url: string;
  #client: Promise<RedisClient> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  open(): Promise<RedisClient> {
    this.#client ??= this.#openNew();
    return this.#client;
  }

  close(): void {
    this.#client?.then((client) => client.isOpen && client.destroy()).catch(() => {});
    this.#client = undefined;
  }

  async #openNew(): Promise<RedisClient> {
    const client = createClient(this.#url);
    const lost = () => {
      this.#client = undefined;
    };
    client.on('error', lost);
    client.on('end', lost);
    // Also while it connects: it never keeps the process alive.
    client.unref();
    try {
      await client.connect();
      return client;
    } catch (error) {
      lost();
      if (client.isOpen) client.destroy();
      throw error;
    }
  }
}

function createClient(url: string): RedisClient {
  try {
    const redis = createRequire(import.meta.url)('redis') as {
      createClient(options: object): RedisClient;
    };
    return redis.createClient({
      url,
      socket: { reconnectStrategy: false, connectTimeout: CONNECT_WITHIN_MS },
    });
  } catch (cause) {
    throw new TokenmeterError('budgets in Redis need the package redis: npm install redis', { cause });
  }
}
