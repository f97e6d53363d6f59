import { createRequire } from 'node:module';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TokenmeterError } from '../../errors.ts';
import type { Amount } from '../amounts.ts';
import type { Period } from '../period.ts';
import { reachedBy, shareLeft } from './compare.ts';
import type { Account, BudgetStore, Charge, Charged, Claim, Refusal, Sums } from './types.ts';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE sums (
    budget TEXT NOT NULL, start INTEGER NOT NULL, scope TEXT NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL,
    PRIMARY KEY (budget, start, scope)
  ) WITHOUT ROWID;
  CREATE TABLE reservations (
    id TEXT NOT NULL, budget TEXT NOT NULL, start INTEGER NOT NULL, scope TEXT NOT NULL,
    amount INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (id, budget, start, scope)
  ) WITHOUT ROWID;
  CREATE INDEX reservations_by_end ON reservations (expires);
  CREATE INDEX sums_by_spent ON sums (budget, start, spent);
  CREATE INDEX sums_by_end ON sums (until);
  CREATE TABLE settled (id TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX settled_by_time ON settled (at);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Sums of passed periods, and ids of settled calls, are kept as long. */
const GRACE_MS = 3_600_000;
const CLEAN_EVERY_MS = 60_000;
/** Of rows that one call cleans away: others wait for it. */
const CLEAN_AT_ONCE = 200;
const OPEN_WITHIN_MS = 2000;

/** Keeps spending in a file: it survives restarts, and the processes of one machine share it. */
export class SqliteStore implements BudgetStore {
  readonly isShared = true;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #cleanedAt = 0;

  constructor(path: string, timeoutMs: number) {
    const { DatabaseSync } = loadSqlite();
    this.#db = new DatabaseSync(path, { open: false });
    try {
      this.#db.open();
      // Another process may open it just now.
      this.#waitForOthers(OPEN_WITHIN_MS);
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.#inTransaction(() => this.#migrate(path));
      // Others that write are waited for, as long as a call may wait.
      this.#waitForOthers(timeoutMs);
    } catch (cause) {
      if (this.#db.isOpen) this.#db.close();
      if (cause instanceof TokenmeterError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TokenmeterError(`budgets cannot be kept in ${path}: ${why}`, { cause });
    }
  }

  reserve(id: string, claims: readonly Claim[], forMs: number): Refusal {
    return this.#inTransaction(() => {
      this.#clean(Date.now());
      let tightest: { index: number; spent: Amount; reserved: Amount; share: number } | undefined;
      for (const [index, { limit, amount, counted, ...account }] of claims.entries()) {
        if (limit === undefined) continue;
        const { spent, reserved } = this.#sums(account, counted);
        if (limit > 0n && spent + reserved + amount <= limit) continue;
        const share = shareLeft(limit, spent + reserved);
        if (!tightest || share < tightest.share) tightest = { index, spent, reserved, share };
      }
      if (tightest) return tightest;
      for (const { budget, period, scope, amount } of claims) {
        this.#add(budget, period, scope, 0n, amount);
        if (amount === 0n) continue;
        this.#run(
          'INSERT OR IGNORE INTO reservations VALUES (?, ?, ?, ?, ?, ?)',
          id,
          budget,
          period.start,
          scope,
          amount,
          Date.now() + forMs,
        );
      }
      return undefined;
    });
  }

  settle(id: string, charges: readonly Charge[]): Charged[] {
    return this.#inTransaction(() => {
      const [before] = this.#all('SELECT answer FROM settled WHERE id = ?', id);
      if (before) return fromText(String(before.answer));
      const answer = charges.map((charge) => this.#charge(id, charge));
      this.#run('INSERT INTO settled VALUES (?, ?, ?)', id, Date.now(), toText(answer));
      return answer;
    });
  }

  renew(id: string, _claims: readonly Claim[], forMs: number): void {
    this.#run('UPDATE reservations SET expires = ? WHERE id = ?', Date.now() + forMs, id);
  }

  read(accounts: readonly (Account & { readonly counted: readonly Period[] })[]): Sums[] {
    return accounts.map((account) => this.#sums(account, account.counted));
  }

  scopes(budget: string, counted: readonly Period[], most: number): (Sums & { scope: string })[] {
    const rows = this.#all(
      `SELECT scope, spent, reserved - coalesce((${VOID} AND scope = top.scope), 0) AS reserved FROM (
         SELECT scope, sum(spent) AS spent, sum(reserved) AS reserved FROM sums
         WHERE budget = ?1 AND start IN ${STARTS} GROUP BY scope ORDER BY 2 DESC LIMIT ?4
       ) AS top`,
      budget,
      startsOf(counted),
      Date.now(),
      most,
    );
    return rows.map((row) => ({ scope: String(row.scope), ...sumsOf(row) }));
  }

  rearm(budget: string, { start }: Period, thresholdsOf: (scope: string) => readonly Amount[]): void {
    this.#inTransaction(() => {
      const rows = this.#all(
        'SELECT scope, spent, told FROM sums WHERE budget = ? AND start = ? AND told > 0',
        budget,
        start,
      );
      for (const { scope, spent, told } of rows) {
        const count = reachedBy(BigInt(spent as bigint), thresholdsOf(String(scope)));
        if (count < Number(told)) this.#setTold(budget, start, String(scope), count);
      }
    });
  }

  close(): void {
    this.#db.close();
  }

  #waitForOthers(milliseconds: number): void {
    this.#db.exec(`PRAGMA busy_timeout = ${Math.max(1, Math.round(milliseconds))}`);
  }

  #migrate(path: string): void {
    const [row] = this.#all('PRAGMA user_version');
    const version = Number(row?.user_version ?? 0n);
    if (version === 0) this.#db.exec(SCHEMA);
    else if (version > SCHEMA_VERSION) {
      throw new TokenmeterError(
        `${path} was made by a newer tokenmeter (schema ${version}, this one knows ${SCHEMA_VERSION}): update it, or use another file`,
      );
    }
  }

  #charge(id: string, charge: Charge): Charged {
    const { budget, period, scope } = charge;
    this.#release(id, charge);
    this.#add(budget, period, scope, charge.spent, 0n);
    const sums = this.#sums(charge, charge.counted);
    const count = reachedBy(sums.spent, charge.thresholds);
    const [row] = this.#all(
      'SELECT told FROM sums WHERE budget = ? AND start = ? AND scope = ?',
      budget,
      period.start,
      scope,
    );
    const told = Number(row?.told ?? 0n);
    if (count > told) this.#setTold(budget, period.start, scope, count);
    return { ...sums, crossed: Array.from({ length: Math.max(0, count - told) }, (_, n) => told + n) };
  }

  #sums({ budget, scope }: Account, counted: readonly Period[]): Sums {
    const [row] = this.#all(
      `SELECT coalesce(sum(spent), 0) AS spent,
         coalesce(sum(reserved), 0) - coalesce((${VOID} AND scope = ?4), 0) AS reserved FROM sums
       WHERE budget = ?1 AND scope = ?4 AND start IN ${STARTS}`,
      budget,
      startsOf(counted),
      Date.now(),
      scope,
    );
    return sumsOf(row ?? {});
  }

  #add(budget: string, { start, until }: Period, scope: string, spent: Amount, reserved: Amount): void {
    this.#run(
      `INSERT INTO sums (budget, start, scope, spent, reserved, until) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET spent = spent + excluded.spent, reserved = reserved + excluded.reserved,
         until = max(until, excluded.until)`,
      budget,
      start,
      scope,
      spent,
      reserved,
      until,
    );
  }

  /** Nothing, where it has expired, or was released before. */
  #release(id: string, { budget, reservedIn, scope }: Charge): void {
    this.#giveBack(
      this.#all(
        `DELETE FROM reservations WHERE id = ? AND budget = ? AND start = ? AND scope = ? ${GIVING_BACK}`,
        id,
        budget,
        reservedIn.start,
        scope,
      ),
    );
  }

  #giveBack(reservations: Record<string, unknown>[]): void {
    for (const { budget, start, scope, amount } of reservations) {
      this.#run(
        'UPDATE sums SET reserved = reserved - ? WHERE budget = ? AND start = ? AND scope = ?',
        amount as bigint,
        budget as string,
        start as bigint,
        scope as string,
      );
    }
  }

  #setTold(budget: string, start: number, scope: string, count: number): void {
    this.#run(
      'UPDATE sums SET told = ? WHERE budget = ? AND start = ? AND scope = ?',
      count,
      budget,
      start,
      scope,
    );
  }

  /** Reservations of processes that died expire; what is of the past goes. */
  #clean(time: number): void {
    this.#giveBack(this.#all(`DELETE FROM reservations WHERE expires <= ? ${GIVING_BACK}`, time));
    if (time - this.#cleanedAt < CLEAN_EVERY_MS) return;
    const before = time - GRACE_MS;
    // What is set aside in a moving window outlasts it.
    const sums = this.#run(
      `DELETE FROM sums WHERE (budget, start, scope) IN (
         SELECT budget, start, scope FROM sums WHERE until < ? AND reserved = 0 LIMIT ${CLEAN_AT_ONCE})`,
      before,
    );
    const settled = this.#run(
      `DELETE FROM settled WHERE id IN (SELECT id FROM settled WHERE at < ? LIMIT ${CLEAN_AT_ONCE})`,
      before,
    );
    if (Math.max(sums, settled) < CLEAN_AT_ONCE) this.#cleanedAt = time;
  }

  #inTransaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #run(sql: string, ...values: (string | number | bigint)[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  #all(sql: string, ...values: (string | number | bigint)[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const GIVING_BACK = 'RETURNING budget, start, scope, amount';

/** Of several periods, given as one. */
const STARTS = '(SELECT value FROM json_each(?2))';
/** What nobody has settled or renewed in time, and no call has given back yet. */
const VOID = `SELECT sum(amount) FROM reservations WHERE expires <= ?3 AND budget = ?1 AND start IN ${STARTS}`;

function startsOf(periods: readonly Period[]): string {
  return JSON.stringify(periods.map(({ start }) => start));
}

function sumsOf({ spent, reserved }: Record<string, unknown>): Sums {
  return { spent: BigInt(spent as bigint), reserved: BigInt(reserved as bigint) };
}

function toText(answer: readonly Charged[]): string {
  return JSON.stringify(
    answer.map(({ spent, reserved, crossed }) => [String(spent), String(reserved), crossed]),
  );
}

function fromText(text: string): Charged[] {
  const answer = JSON.parse(text) as [spent: string, reserved: string, crossed: number[]][];
  return answer.map(([spent, reserved, crossed]) => ({
    spent: BigInt(spent),
    reserved: BigInt(reserved),
    crossed,
  }));
}

function loadSqlite(): typeof import('node:sqlite') {
  try {
    return createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite');
  } catch (cause) {
    throw new TokenmeterError(
      `a SQLite store needs Node 22.13 or newer, this is ${process.version}: use the store "memory" or Redis`,
      { cause },
    );
  }
}
