/**
 * Finds the heaviest of any number of keys in bounded memory. Weights are lower bounds: a key that has
 * more than `2 / capacity` of the total weight is always in it, and nothing is overestimated.
 *
 * When it is full, the median weight is taken from all, and what is used up goes: a batched form of the
 * algorithm of Misra and Gries (Anderson et al. 2017, "A High-Performance Algorithm for Identifying
 * Frequent Items in Data Streams").
 */
export class HeavyHitters {
  readonly #capacity: number;
  readonly #weights = new Map<string, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#weights.size;
  }

  /** Returns the weight so far, or less. */
  add(key: string, weight: number): number {
    const total = (this.#weights.get(key) ?? 0) + weight;
    this.#weights.set(key, total);
    if (this.#weights.size > this.#capacity) this.#purge();
    return total;
  }

  /** Takes a key out, with its weight. */
  take(key: string): number {
    const weight = this.#weights.get(key) ?? 0;
    this.#weights.delete(key);
    return weight;
  }

  #purge(): void {
    const sorted = Float64Array.from(this.#weights.values()).sort();
    const median = sorted[sorted.length >> 1] as number;
    for (const [key, weight] of this.#weights) {
      if (weight > median) this.#weights.set(key, weight - median);
      else this.#weights.delete(key);
    }
  }
}
