import { createHash } from 'node:crypto';
import type { Amount } from '../amounts.ts';
import type { Period } from '../period.ts';
import { Connection, type RedisClient } from './redis-connection.ts';
import { READ, REARM, RENEW, RESERVE, SETTLE } from './redis-scripts.ts';
import type { Account, BudgetStore, Charge, Charged, Claim, Refusal, Sums } from './types.ts';

/**
 * Of one account and period: a hash with `spent`, `reserved` and `told`, and beside it a sorted set of
 * reservations by when they expire. One hash tag keeps all keys of a call on one node of a cluster.
 */
const PREFIX = '{tokenmeter}:budget:';
/** Sums of passed periods, and ids of settled calls, are kept as long. */
const GRACE_MS = 3_600_000;

/** Of keys in one script: it must not keep others waiting. */
const MAX_KEYS = 500;

/** Keeps spending in Redis 7 or Valkey, for any number of machines. One round trip to reserve, one to settle. */
export class RedisStore implements BudgetStore {
  readonly isShared = true;
  readonly #connect: () => Promise<RedisClient>;
  readonly #disconnect: () => void;

  /** @param redis A URL, or a connected client, which stays the app's. */
  constructor(redis: string | object) {
    if (typeof redis === 'string') {
      const connection = new Connection(redis);
      // Loading the package and the first connection are not to be the first call's.
      connection.open().catch(() => {});
      this.#connect = () => connection.open();
      this.#disconnect = () => connection.close();
    } else {
      this.#connect = async () => redis as RedisClient;
      this.#disconnect = () => {};
    }
  }

  async reserve(id: string, claims: readonly Claim[], forMs: number): Promise<Refusal> {
    const keys = [settledKey(id), ...claims.flatMap((claim) => keysOf(claim, claim))];
    const args = claims.flatMap(({ counted, amount, limit, period }) => [
      String(counted.length),
      String(amount),
      limit === undefined ? '' : String(limit),
      keptUntil(period),
    ]);
    const refused = (await this.#run(RESERVE, keys, [id, String(forMs), ...args])) as
      | [index: number, spent: string, reserved: string]
      | null;
    if (!refused) return undefined;
    const [index, spent, reserved] = refused;
    return { index: Number(index), spent: BigInt(spent), reserved: BigInt(reserved) };
  }

  async settle(id: string, charges: readonly Charge[]): Promise<Charged[]> {
    const keys = charges.flatMap((charge) => [
      ...keysOf(charge, charge),
      indexKey(charge.budget, charge.period),
      keyOf(charge, charge.reservedIn),
    ]);
    const args = charges.flatMap(({ scope, counted, reserved, spent, period, thresholds }) => [
      String(counted.length),
      String(reserved),
      String(spent),
      keptUntil(period),
      scope,
      String(thresholds.length),
      ...thresholds.map(String),
    ]);
    const settled = (await this.#run(SETTLE, [settledKey(id), ...keys], [id, String(GRACE_MS), ...args])) as [
      spent: string,
      reserved: string,
      told: number,
      crossed: number,
    ][];
    return settled.map(([spent, reserved, told, crossed]) => ({
      spent: BigInt(spent),
      reserved: BigInt(reserved),
      crossed: Array.from({ length: Math.max(0, crossed - told) }, (_, index) => told + index),
    }));
  }

  async renew(id: string, claims: readonly Claim[], forMs: number): Promise<void> {
    const keys = claims.map((claim) => keyOf(claim, claim.period));
    await this.#run(RENEW, keys, [id, String(forMs), ...claims.map(({ amount }) => String(amount))]);
  }

  async read(accounts: readonly (Account & { readonly counted: readonly Period[] })[]): Promise<Sums[]> {
    const all: Sums[] = [];
    const keysOfOne = Math.max(1, ...accounts.map(({ counted }) => counted.length));
    const atOnce = Math.max(1, Math.floor(MAX_KEYS / keysOfOne));
    for (let from = 0; from < accounts.length; from += atOnce) {
      const some = accounts.slice(from, from + atOnce);
      const sums = (await this.#run(
        READ,
        some.flatMap((account) => account.counted.map((period) => keyOf(account, period))),
        some.map(({ counted }) => String(counted.length)),
      )) as [spent: string, reserved: string][];
      for (const [spent, reserved] of sums) all.push({ spent: BigInt(spent), reserved: BigInt(reserved) });
    }
    return all;
  }

  async scopes(
    budget: string,
    counted: readonly Period[],
    most: number,
  ): Promise<(Sums & { scope: string })[]> {
    const client = await this.#connect();
    const mostFirst = { REV: true };
    const found = await Promise.all(
      counted.map((period) => client.zRangeWithScores(indexKey(budget, period), 0, most - 1, mostFirst)),
    );
    const scopes = new Set(found.flat().map(({ value }) => value));
    const accounts = Array.from(scopes, (scope) => ({ budget, scope, counted }));
    const sums = accounts.length > 0 ? await this.read(accounts) : [];
    return accounts.map(({ scope }, index) => ({ scope, ...(sums[index] as Sums) }));
  }

  async rearm(
    budget: string,
    period: Period,
    thresholdsOf: (scope: string) => readonly Amount[],
  ): Promise<void> {
    const client = await this.#connect();
    const all = await client.zRangeWithScores(indexKey(budget, period), 0, -1);
    for (let from = 0; from < all.length; from += MAX_KEYS) {
      const scopes = all.slice(from, from + MAX_KEYS).map(({ value }) => value);
      const keys = scopes.map((scope) => keyOf({ budget, scope }, period));
      const thresholds = scopes.map(thresholdsOf).flatMap((amounts) => [amounts.length, ...amounts]);
      await this.#run(REARM, keys, thresholds.map(String));
    }
  }

  async close(): Promise<void> {
    this.#disconnect();
  }

  async #run(script: string, keys: string[], args: string[]): Promise<unknown> {
    const client = await this.#connect();
    const given = { keys, arguments: args };
    try {
      return await client.evalSha(shaOf(script), given);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(script, given);
    }
  }
}

const shas = new Map<string, string>();

function shaOf(script: string): string {
  let sha = shas.get(script);
  if (sha === undefined) {
    sha = createHash('sha1').update(script).digest('hex');
    shas.set(script, sha);
  }
  return sha;
}

/** That of the period that is changed, then those of all that are counted. */
function keysOf(account: Account, { period, counted }: Pick<Claim, 'period' | 'counted'>): string[] {
  return [period, ...counted].map((one) => keyOf(account, one));
}

/** A scope may be called anything: only what stands after it tells keys apart. */
function keyOf({ budget, scope }: Account, period: Period): string {
  return `${periodKey(budget, period)}:scope:${scope}:sums`;
}

function settledKey(id: string): string {
  return `${PREFIX}settled:${id}`;
}

/** Of a budget's scopes by what they have spent. */
function indexKey(budget: string, period: Period): string {
  return `${periodKey(budget, period)}:scopes`;
}

function periodKey(budget: string, { start }: Period): string {
  return `${PREFIX}${budget.replace(/[%:]/g, encodeURIComponent)}:${start}`;
}

function keptUntil({ until }: Period): string {
  return String(Math.ceil(until) + GRACE_MS);
}
