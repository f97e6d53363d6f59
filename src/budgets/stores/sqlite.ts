import type { Amount } from '../amounts.ts';
import type { Period } from '../period.ts';
import { reachedBy, shareLeft } from './compare.ts';
import { SqliteFile } from './sqlite-file.ts';
import type { Account, BudgetStore, Charge, Charged, Claim, Refusal, Sums } from './types.ts';

/** Sums of passed periods, and ids of settled calls, are kept as long. */
const GRACE_MS = 3_600_000;
const CLEAN_EVERY_MS = 60_000;
/** Of rows that one call cleans away: others wait for it. */
const CLEAN_AT_ONCE = 200;

/** Keeps spending in a file: it survives restarts, and the processes of one machine share it. */
export class SqliteStore implements BudgetStore {
  readonly isShared = true;
  readonly #file: SqliteFile;
  #cleanedAt = 0;

  constructor(path: string, timeoutMs: number) {
    this.#file = new SqliteFile(path, timeoutMs);
  }

  reserve(id: string, claims: readonly Claim[], forMs: number): Refusal {
    return this.#file.inTransaction(() => {
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
        this.#file.run(
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
    return this.#file.inTransaction(() => {
      const [before] = this.#file.all('SELECT answer FROM settled WHERE id = ?', id);
      if (before) return fromText(String(before.answer));
      const answer = charges.map((charge) => this.#charge(id, charge));
      this.#file.run('INSERT INTO settled VALUES (?, ?, ?)', id, Date.now(), toText(answer));
      return answer;
    });
  }

  renew(id: string, _claims: readonly Claim[], forMs: number): void {
    this.#file.run('UPDATE reservations SET expires = ? WHERE id = ?', Date.now() + forMs, id);
  }

  read(accounts: readonly (Account & { readonly counted: readonly Period[] })[]): Sums[] {
    return accounts.map((account) => this.#sums(account, account.counted));
  }

  scopes(budget: string, counted: readonly Period[], most: number): (Sums & { scope: string })[] {
    const rows = this.#file.all(
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
    this.#file.inTransaction(() => {
      const rows = this.#file.all(
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
    this.#file.close();
  }

  #charge(id: string, charge: Charge): Charged {
    const { budget, period, scope } = charge;
    this.#release(id, charge);
    this.#add(budget, period, scope, charge.spent, 0n);
    const sums = this.#sums(charge, charge.counted);
    const count = reachedBy(sums.spent, charge.thresholds);
    const [row] = this.#file.all(
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
    const [row] = this.#file.all(
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
    this.#file.run(
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
      this.#file.all(
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
      this.#file.run(
        'UPDATE sums SET reserved = reserved - ? WHERE budget = ? AND start = ? AND scope = ?',
        amount as bigint,
        budget as string,
        start as bigint,
        scope as string,
      );
    }
  }

  #setTold(budget: string, start: number, scope: string, count: number): void {
    this.#file.run(
      'UPDATE sums SET told = ? WHERE budget = ? AND start = ? AND scope = ?',
      count,
      budget,
      start,
      scope,
    );
  }

  /** Reservations of processes that died expire; what is of the past goes. */
  #clean(time: number): void {
    this.#giveBack(this.#file.all(`DELETE FROM reservations WHERE expires <= ? ${GIVING_BACK}`, time));
    if (time - this.#cleanedAt < CLEAN_EVERY_MS) return;
    const before = time - GRACE_MS;
    // What is set aside in a moving window outlasts it.
    const sums = this.#file.run(
      `DELETE FROM sums WHERE (budget, start, scope) IN (
         SELECT budget, start, scope FROM sums WHERE until < ? AND reserved = 0 LIMIT ${CLEAN_AT_ONCE})`,
      before,
    );
    const settled = this.#file.run(
      `DELETE FROM settled WHERE id IN (SELECT id FROM settled WHERE at < ? LIMIT ${CLEAN_AT_ONCE})`,
      before,
    );
    if (Math.max(sums, settled) < CLEAN_AT_ONCE) this.#cleanedAt = time;
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
