import { HeavyHitters } from './heavy-hitters.ts';

/** One who wants a place must have spent so many times what the smallest of those who have one did. */
const MARGIN = 2;
/** Candidates, for each place. */
const CANDIDATES = 4;
const FEWEST_CANDIDATES = 100;

/** A user who has series of his own. */
export interface NamedUser<T> {
  readonly id: string;
  /** What he has spent. */
  weight: number;
  readonly place: T;
}

export interface Places<T> {
  readonly max: number;
  create(id: string): T;
  /** Whether one more may be dropped to make room. */
  canReplace(): boolean;
  /** Whether all that is in it was reported to everyone who asks, so that it can go. */
  isReported(place: T): boolean;
  drop(place: T): void;
}

/**
 * Which users are named. The first ones are; when all places are taken, one who turns out to spend more
 * takes the place of the one who has spent least, as soon as what that one spent has been reported.
 */
export class NamedUsers<T> {
  readonly #places: Places<T>;
  readonly #named = new Map<string, NamedUser<T>>();
  /** Those who give up their place, by the id of who comes next. */
  readonly #leaving = new Map<string, NamedUser<T>>();
  readonly #others: HeavyHitters;
  /** No named user has spent less. */
  #least = 0;

  constructor(places: Places<T>) {
    this.#places = places;
    this.#others = new HeavyHitters(Math.max(FEWEST_CANDIDATES, places.max * CANDIDATES));
  }

  get size(): number {
    return this.#named.size + this.#leaving.size;
  }

  /** The place of a user who spends something, or undefined for one of the others. */
  placeOf(id: string, weight: number): T | undefined {
    const user = this.#named.get(id);
    if (user) {
      user.weight += weight;
      return user.place;
    }
    if (this.size < this.#places.max) return this.#name(id, weight);
    const total = this.#others.add(id, weight);
    if (total > this.#least * MARGIN) this.#promote(id, total);
    return undefined;
  }

  /** Drops those who are idle, and gives the places of those who leave to their successors. */
  sweep(isIdle: (place: T) => boolean): void {
    for (const [next, user] of this.#leaving) {
      if (!this.#places.isReported(user.place)) continue;
      this.#leaving.delete(next);
      this.#places.drop(user.place);
      this.#name(next, 0);
    }
    for (const { id, place } of this.#named.values()) {
      if (!isIdle(place)) continue;
      this.#named.delete(id);
      this.#places.drop(place);
    }
  }

  #name(id: string, weight: number): T {
    const user = { id, weight: weight + this.#others.take(id), place: this.#places.create(id) };
    this.#named.set(id, user);
    this.#least = Math.min(this.#least, user.weight);
    return user.place;
  }

  #promote(id: string, weight: number): void {
    if (this.#leaving.has(id) || !this.#places.canReplace()) return;
    let least: NamedUser<T> | undefined;
    for (const user of this.#named.values()) if (!least || user.weight < least.weight) least = user;
    this.#least = least?.weight ?? Number.POSITIVE_INFINITY;
    if (!least || weight <= least.weight * MARGIN) return;
    this.#named.delete(least.id);
    this.#others.add(least.id, least.weight);
    this.#leaving.set(id, least);
  }
}
