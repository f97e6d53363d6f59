import { nextTurn } from '../turn.ts';
import type { TokenBytes } from './token-bytes.ts';

/** The rank of bytes that are no token. */
export const NO_RANK = 0x7fffffff;

const TOKENS_PER_TURN = 5000;

/**
 * The tokens of an encoding by their bytes: an open-addressing hash table over one flat array. A `Map` by
 * string would do, and takes three times as long for texts of which no piece is a token.
 */
export class Ranks {
  #bytes: Uint8Array;
  #size = 0;
  /** Where in `#bytes` the token of each rank ends; it starts where the one before ends. */
  readonly #ends: Uint32Array;
  /** Ranks + 1; 0 is a free slot. At most half are taken. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  /** The ranks of tokens of two bytes, which are asked for most, by both bytes. */
  readonly #pairs = new Int32Array(2 ** 16).fill(NO_RANK);

  private constructor(tokens: number) {
    const slots = 2 ** Math.ceil(Math.log2(tokens * 2 + 1));
    this.#bytes = new Uint8Array(tokens * 8);
    this.#ends = new Uint32Array(tokens + 1);
    this.#slots = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  static async from(tokens: TokenBytes): Promise<Ranks> {
    const ranks = new Ranks(tokens.count);
    let rank = 0;
    for (const token of tokens) {
      ranks.#add(rank++, token);
      if (rank % TOKENS_PER_TURN === 0) await nextTurn();
    }
    return ranks;
  }

  /** The rank of the token with exactly these bytes, from `start` to before `end`. */
  get(bytes: Uint8Array, start: number, end: number): number {
    if (end - start === 2) return this.#pairs[pairAt(bytes, start)] as number;
    const rank = this.#slots[this.#slot(bytes, start, end)] as number;
    return rank === 0 ? NO_RANK : rank - 1;
  }

  #add(rank: number, token: Uint8Array): void {
    const start = this.#size;
    if (start + token.length > this.#bytes.length) this.#grow(token.length);
    this.#bytes.set(token, start);
    this.#size += token.length;
    this.#ends[rank + 1] = this.#size;
    if (this.#size - start === 2) this.#pairs[pairAt(this.#bytes, start)] = rank;
    else if (this.#size > start) this.#slots[this.#slot(this.#bytes, start, this.#size)] = rank + 1;
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(this.#bytes.length * 2 + more);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  /** The slot of the token with these bytes, or the free one where it would be. */
  #slot(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    for (;;) {
      const rank = this.#slots[slot] as number;
      if (rank === 0 || this.#equals(rank - 1, bytes, start, end)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #equals(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.#ends[rank] as number;
    const length = (this.#ends[rank + 1] as number) - first;
    if (length !== end - start) return false;
    for (let at = 0; at < length; at++) if (this.#bytes[first + at] !== bytes[start + at]) return false;
    return true;
  }
}

function pairAt(bytes: Uint8Array, start: number): number {
  return ((bytes[start] as number) << 8) | (bytes[start + 1] as number);
}
