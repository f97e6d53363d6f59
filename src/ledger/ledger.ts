import type { CallsQuery, LedgerCall } from './reports/rows.ts';
import type { Period, TopUsersQuery } from './reports/summaries.ts';
import type { DailySummary, Dimension, UsageQuery, UsageRow } from './reports/types.ts';
import type { Store } from './stores/store.ts';

/** Every call on record, and what can be asked of them. */
export class Ledger {
  readonly #store: Store;
  readonly #beforeAsking: () => Promise<void>;

  /** @internal Ledgers come from `startTokenmeter` and `openLedger`. */
  constructor(store: Store, beforeAsking: () => Promise<void> = async () => {}) {
    this.#store = store;
    this.#beforeAsking = beforeAsking;
  }

  /** Where it is: a path, or a URL without its password. */
  get name(): string {
    return this.#store.name;
  }

  /** Resolves when calls can be written, and rejects with a `LedgerError` that says why they cannot. */
  ready(): Promise<void> {
    return this.#store.open();
  }

  /**
   * Sums of usage, by whatever is asked for.
   *
   * @example
   * await ledger.usage({ from: '2026-07-01', to: '2026-07-31', by: ['day', 'model'], where: { team: 'search' } })
   */
  async usage<D extends Dimension = never>(query: UsageQuery<D> = {}): Promise<UsageRow<D>[]> {
    const { reports, db } = await this.#asking();
    return reports.usage(db, query);
  }

  /** Those who spend, or use, most. */
  async topUsers(query: TopUsersQuery = {}): Promise<UsageRow<'user'>[]> {
    const { reports, db } = await this.#asking();
    return reports.topUsers(db, query);
  }

  /** What each model cost, the dearest first. */
  async costByModel(period: Period = {}): Promise<UsageRow<'provider' | 'model'>[]> {
    const { reports, db } = await this.#asking();
    return reports.costByModel(db, period);
  }

  /** The last `days` days of one user, the newest first; days without calls are left out. */
  async userUsage(user: string, days = 30, timeZone = 'UTC'): Promise<UsageRow<'day'>[]> {
    const { reports, db } = await this.#asking();
    return reports.userUsage(db, user, days, timeZone);
  }

  /** One day by model, with what is left of a budget. Default: today. */
  async dailySummary(
    date?: string,
    timeZone = 'UTC',
    { budgetUsd }: { budgetUsd?: number | undefined } = {},
  ): Promise<DailySummary> {
    const { reports, db } = await this.#asking();
    return reports.dailySummary(db, date, timeZone, budgetUsd);
  }

  /** The calls themselves, in the order of time, as they are read: there may be more than fit into memory. */
  async *calls(query: CallsQuery = {}): AsyncGenerator<LedgerCall> {
    const { reports, db } = await this.#asking();
    for await (const page of reports.pages(db, query)) for (const row of page) yield reports.callOf(row);
  }

  /** Of a ledger that `openLedger` opened; that of a meter is closed with the meter. */
  async close(): Promise<void> {
    await this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #asking() {
    await this.#beforeAsking();
    const [{ reports }, db] = await Promise.all([
      import(/* webpackMode: "eager" */ './reports/index.ts'),
      this.#store.kysely(),
    ]);
    return { reports, db };
  }
}
