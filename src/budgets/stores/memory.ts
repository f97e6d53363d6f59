import type { Amount } from '../amounts.ts';
import { HELD, type Period } from '../period.ts';
import { reachedBy, shareLeft } from './compare.ts';
import type { Account, BudgetStore, Charge, Charged, Claim, Refusal, Sums } from './types.ts';

/** Sums of periods that have passed are kept as long, for calls that are still under way. */
const GRACE_MS = 3_600_000;
const FIRST_SIZE = 16;
const NOTHING: Sums = { spent: 0n, reserved: 0n };

/** The sums of one budget in one period: a place for each scope, in arrays that need few bytes. */
class Book {
  period: Period;
  readonly #places = new Map<string, number>();
  /** Places that were given up. */
  readonly #free: number[] = [];
  #spent = new BigInt64Array(FIRST_SIZE);
  #reserved = new BigInt64Array(FIRST_SIZE);
  /** How many thresholds were told of. */
  #told = new Uint8Array(FIRST_SIZE);

  constructor(period: Period) {
    this.period = period;
  }

  get scopes(): Iterable<string> {
    return this.#places.keys();
  }

  placeOf(scope: string): number | undefined {
    return this.#places.get(scope);
  }

  openPlace(scope: string): number {
    let place = this.#places.get(scope);
    if (place === undefined) {
      place = this.#free.pop() ?? this.#places.size;
      this.#places.set(scope, place);
      if (place >= this.#spent.length) this.#grow();
    }
    return place;
  }

  /** Gives up the place of a scope that has nothing in it any more. */
  tidy(scope: string, place: number): void {
    if (this.#reserved[place] !== 0n || this.#spent[place] !== 0n) return;
    this.#places.delete(scope);
    this.#free.push(place);
  }

  sums(place: number | undefined): Sums {
    if (place === undefined) return NOTHING;
    return { spent: this.#spent[place] as bigint, reserved: this.#reserved[place] as bigint };
  }

  reserve(place: number, amount: Amount): void {
    this.#reserved[place] = BigInt.asIntN(64, (this.#reserved[place] as bigint) + amount);
  }

  spend(place: number, amount: Amount): void {
    this.#spent[place] = BigInt.asIntN(64, (this.#spent[place] as bigint) + amount);
  }

  /** Takes note that so many thresholds are crossed. Returns how many were before. */
  tell(place: number, crossed: number): number {
    const before = this.#told[place] as number;
    if (crossed > before) this.#told[place] = crossed;
    return before;
  }

  rearm(thresholdsOf: (scope: string) => readonly Amount[]): void {
    for (const [scope, place] of this.#places) {
      const told = this.#told[place] as number;
      this.#told[place] = Math.min(told, reachedBy(this.#spent[place] as bigint, thresholdsOf(scope)));
    }
  }

  #grow(): void {
    const size = this.#spent.length * 2;
    const spent = new BigInt64Array(size);
    spent.set(this.#spent);
    const reserved = new BigInt64Array(size);
    reserved.set(this.#reserved);
    const told = new Uint8Array(size);
    told.set(this.#told);
    this.#spent = spent;
    this.#reserved = reserved;
    this.#told = told;
  }
}

/** Keeps spending in this process, for as long as it lives. */
export class MemoryStore implements BudgetStore {
  readonly isShared = false;
  /** By budget, then by when a period starts. */
  readonly #books = new Map<string, Map<number, Book>>();
  /** The one that was opened last, which is asked for most. */
  readonly #latest = new Map<string, Book>();
  /** Of the claims that are looked at, from their check to their reservation. */
  readonly #found: Book[] = [];
  readonly #places: (number | undefined)[] = [];

  reserve(_id: string, claims: readonly Claim[]): Refusal {
    let tightest: { index: number; spent: Amount; reserved: Amount; share: number } | undefined;
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim;
      const book = this.#book(claim.budget, claim.period);
      const place = book.placeOf(claim.scope);
      this.#found[index] = book;
      this.#places[index] = place;
      const { limit, amount } = claim;
      if (limit === undefined) continue;
      const { spent, reserved } =
        claim.counted.length === 1 ? book.sums(place) : this.#sums(claim, claim.counted);
      if (limit > 0n && spent + reserved + amount <= limit) continue;
      const share = shareLeft(limit, spent + reserved);
      if (!tightest || share < tightest.share) tightest = { index, spent, reserved, share };
    }
    if (tightest) return tightest;
    for (let index = 0; index < claims.length; index++) {
      const { scope, amount } = claims[index] as Claim;
      const book = this.#found[index] as Book;
      book.reserve(this.#places[index] ?? book.openPlace(scope), amount);
    }
    return undefined;
  }

  settle(_id: string, charges: readonly Charge[]): Charged[] {
    return charges.map((charge) => {
      const { budget, period, scope, reservedIn, thresholds } = charge;
      const book = this.#book(budget, period);
      if (charge.spent > 0n) book.spend(book.openPlace(scope), charge.spent);
      this.#release(charge, reservedIn === period ? book : this.#find(budget, reservedIn));
      const { spent, reserved } = this.#sums(charge, charge.counted);
      const count = reachedBy(spent, thresholds);
      const crossed: number[] = [];
      if (count > 0) {
        for (let index = book.tell(book.openPlace(scope), count); index < count; index++) crossed.push(index);
      }
      return { spent, reserved, crossed };
    });
  }

  read(accounts: readonly (Account & { readonly counted: readonly Period[] })[]): Sums[] {
    return accounts.map((account) => this.#sums(account, account.counted));
  }

  scopes(budget: string, counted: readonly Period[], most: number): (Sums & { scope: string })[] {
    const books = counted.flatMap(({ start }) => this.#books.get(budget)?.get(start) ?? []);
    const scopes = new Set(books.flatMap((book) => [...book.scopes]));
    const all = Array.from(scopes, (scope) => ({ scope, ...this.#sums({ budget, scope }, counted) }));
    return all.sort((a, b) => (a.spent < b.spent ? 1 : a.spent > b.spent ? -1 : 0)).slice(0, most);
  }

  rearm(budget: string, period: Period, thresholdsOf: (scope: string) => readonly Amount[]): void {
    this.#books.get(budget)?.get(period.start)?.rearm(thresholdsOf);
  }

  close(): void {}

  #release({ scope, reserved }: Charge, book: Book | undefined): void {
    const place = book?.placeOf(scope);
    if (book === undefined || place === undefined) return;
    book.reserve(place, -reserved);
    book.tidy(scope, place);
  }

  #sums({ budget, scope }: Account, counted: readonly Period[]): Sums {
    let spent = 0n;
    let reserved = 0n;
    for (let index = 0; index < counted.length; index++) {
      const book = this.#find(budget, counted[index] as Period);
      const sums = book?.sums(book.placeOf(scope)) ?? NOTHING;
      spent += sums.spent;
      reserved += sums.reserved;
    }
    return { spent, reserved };
  }

  #find(budget: string, period: Period): Book | undefined {
    const latest = this.#latest.get(budget);
    return latest?.period === period ? latest : this.#books.get(budget)?.get(period.start);
  }

  #book(budget: string, period: Period): Book {
    const known = this.#find(budget, period);
    if (known) {
      known.period = period;
      return known;
    }
    let books = this.#books.get(budget);
    if (!books) {
      books = new Map();
      this.#books.set(budget, books);
    }
    const book = new Book(period);
    books.set(period.start, book);
    this.#latest.set(budget, book);
    for (const [start, { period: old }] of books) {
      if (start !== HELD && old.until + GRACE_MS < period.start) books.delete(start);
    }
    return book;
  }
}
