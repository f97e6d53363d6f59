import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { TokenmeterError } from '../../errors.ts';
import type { Amount } from '../amounts.ts';
import type { Period } from '../period.ts';
import type { Account, BudgetStore, Charge, Charged, Claim, Refusal, Sums } from './types.ts';

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
 * Of one account and period: a hash with `spent`, `reserved` and `told`, and a sorted set of reservations by
 * when they expire. One hash tag keeps all keys of a call on one node of a cluster.
 */
const PREFIX = '{tokenmeter}:budget:';
/** Sums of passed periods, and ids of settled calls, are kept as long. */
const GRACE_MS = 3_600_000;

// Amounts are added by HINCRBY, in whole 64-bit numbers; Lua compares them as doubles, exact to 2^53.
const LIBRARY = `
local function expire(sums, reservations, now)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', reservations, '-inf', now)) do
    redis.call('ZREM', reservations, member)
    redis.call('HINCRBY', sums, 'reserved', '-' .. string.match(member, '^(%d+) '))
  end
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function read(keys, from, to, time)
  local spent, reserved = 0, 0
  for index = from, to do
    expire(keys[index], keys[index] .. ':reservations', time)
    spent = spent + tonumber(redis.call('HGET', keys[index], 'spent') or '0')
    reserved = reserved + tonumber(redis.call('HGET', keys[index], 'reserved') or '0')
  end
  return spent, reserved
end
`;

// ARGV: id, life of the reservation, then for each claim: number of keys, amount, limit or '', until. KEYS: that of a
// settled call, then those of each claim, its own last.
const RESERVE = `${LIBRARY}
local id, time = ARGV[1], now()
local expiry = time + tonumber(ARGV[2])
-- It was waited for too long, and the call has ended since.
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local refused, least, argument, key = nil, nil, 3, 2
while ARGV[argument] do
  local count, amount, limit = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1]), ARGV[argument + 2]
  if limit ~= '' then
    local spent, reserved = read(KEYS, key, key + count - 1, time)
    limit = tonumber(limit)
    if limit == 0 or spent + reserved + amount > limit then
      local share = limit == 0 and -math.huge or (limit - spent - reserved) / limit
      if refused == nil or share < least then
        refused = { (argument - 3) / 4, string.format('%.0f', spent), string.format('%.0f', reserved) }
        least = share
      end
    end
  end
  argument, key = argument + 4, key + count
end
if refused then return refused end
argument, key = 3, 2
while ARGV[argument] do
  local count, amount = tonumber(ARGV[argument]), ARGV[argument + 1]
  local own = KEYS[key + count - 1]
  if amount ~= '0' then
    redis.call('HINCRBY', own, 'reserved', amount)
    redis.call('ZADD', own .. ':reservations', expiry, amount .. ' ' .. id)
    redis.call('PEXPIREAT', own .. ':reservations', ARGV[argument + 3])
    redis.call('PEXPIREAT', own, ARGV[argument + 3])
  end
  argument, key = argument + 4, key + count
end
return false
`;

// ARGV: id, life of the id, then for each charge: number of keys, reserved, spent, until, scope, number of thresholds,
// thresholds. KEYS: that of the id, then those of each charge, its own last, that of the budget's scopes, and that in
// which it was reserved.
const SETTLE = `${LIBRARY}
local id, time = ARGV[1], now()
local isFirst = redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[2])
local argument, key, all = 3, 2, {}
while ARGV[argument] do
  local count, reserved, spent = tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2]
  local own = KEYS[key + count - 1]
  local held = KEYS[key + count + 1]
  if reserved ~= '0' and redis.call('ZREM', held .. ':reservations', reserved .. ' ' .. id) == 1 then
    redis.call('HINCRBY', held, 'reserved', '-' .. reserved)
  end
  if isFirst then redis.call('HINCRBY', own, 'spent', spent) end
  redis.call('PEXPIREAT', own, ARGV[argument + 3])
  local sum, held = read(KEYS, key, key + count - 1, time)
  local scopes = KEYS[key + count]
  redis.call('ZADD', scopes, sum, ARGV[argument + 4])
  redis.call('PEXPIREAT', scopes, ARGV[argument + 3])
  local told, crossed = tonumber(redis.call('HGET', own, 'told') or '0'), 0
  local thresholds = tonumber(ARGV[argument + 5])
  for index = 1, thresholds do
    if sum >= tonumber(ARGV[argument + 5 + index]) then crossed = index end
  end
  if crossed > told then redis.call('HSET', own, 'told', crossed) end
  all[#all + 1] = { string.format('%.0f', sum), string.format('%.0f', held), told, crossed }
  argument, key = argument + 6 + thresholds, key + count + 2
end
return all
`;

// ARGV: for each account the number of its keys.
const READ = `${LIBRARY}
local key, all, time = 1, {}, now()
for _, count in ipairs(ARGV) do
  local spent, reserved = {}, {}
  for index = key, key + count - 1 do
    expire(KEYS[index], KEYS[index] .. ':reservations', time)
    spent[#spent + 1] = redis.call('HGET', KEYS[index], 'spent') or '0'
    reserved[#reserved + 1] = redis.call('HGET', KEYS[index], 'reserved') or '0'
  end
  all[#all + 1] = { spent, reserved }
  key = key + count
end
return all
`;

// KEYS: the sums of accounts. ARGV: how many thresholds are still crossed in each.
const REARM = `
for index, key in ipairs(KEYS) do
  if tonumber(redis.call('HGET', key, 'told') or '0') > tonumber(ARGV[index]) then
    redis.call('HSET', key, 'told', ARGV[index])
  end
end
return false
`;

// KEYS: the sums of accounts. ARGV: id, life of the reservation, then what it holds in each account.
const RENEW = `${LIBRARY}
local expiry = now() + tonumber(ARGV[2])
for index, key in ipairs(KEYS) do
  redis.call('ZADD', key .. ':reservations', 'XX', expiry, ARGV[index + 2] .. ' ' .. ARGV[1])
end
return false
`;

const CONNECT_WITHIN_MS = 2000;

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
    const keys = [settledKey(id), ...claims.flatMap((claim) => keysOf(claim, claim.counted))];
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
      ...keysOf(charge, charge.counted),
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
        some.flatMap((account) => keysOf(account, account.counted)),
        some.map(({ counted }) => String(counted.length)),
      )) as [spent: string[], reserved: string[]][];
      for (const [spent, reserved] of sums) all.push({ spent: total(spent), reserved: total(reserved) });
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
    stillCrossed: (scope: string, spent: Amount) => number,
  ): Promise<void> {
    const client = await this.#connect();
    const all = await client.zRangeWithScores(indexKey(budget, period), 0, -1);
    for (let from = 0; from < all.length; from += MAX_KEYS) {
      const some = all.slice(from, from + MAX_KEYS);
      await this.#run(
        REARM,
        some.map(({ value: scope }) => keyOf({ budget, scope }, period)),
        some.map(({ value: scope, score }) => String(stillCrossed(scope, BigInt(score)))),
      );
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

/** The account's own key comes last: that of the period in which it spends. */
function keysOf(account: Account, counted: readonly Period[]): string[] {
  return counted.map((period) => keyOf(account, period));
}

function keyOf({ budget, scope }: Account, { start }: Period): string {
  return `${PREFIX}${budget}:${start}:scope:${scope}`;
}

function settledKey(id: string): string {
  return `${PREFIX}settled:${id}`;
}

/** Of a budget's scopes by what they have spent. */
function indexKey(budget: string, { start }: Period): string {
  return `${PREFIX}${budget}:${start}:scopes`;
}

function keptUntil({ until }: Period): string {
  return String(Math.ceil(until) + GRACE_MS);
}

function total(amounts: readonly string[]): Amount {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
}

/**
 * A connection that is opened when it is needed. The client would try for ever to open a lost one again, and
 * keep the process from ending meanwhile.
 */
class Connection {
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
