import { NO_RANK, type Ranks } from './ranks.ts';

/** Merging takes time with the square of the length: longer runs without a break are cut here. */
const LONGEST_RUN = 128;
const BYTES_PER_UNIT = 3;
const utf8 = new TextEncoder();

/** Counts the tokens of a text as OpenAI's tokenizers do. What looks like a special token is text. */
export class BytePairEncoder {
  readonly #ranks: Ranks;
  readonly #splitter: RegExp;
  #bytes = new Uint8Array(1024);
  /** Where the parts of the run start that is merged, and the rank of each part joined with the next. */
  readonly #starts = new Int32Array(LONGEST_RUN + 2);
  readonly #joined = new Int32Array(LONGEST_RUN + 2);

  /** The splitter cuts text into the runs that tokens do not cross. */
  constructor(ranks: Ranks, splitter: RegExp) {
    this.#ranks = ranks;
    this.#splitter = splitter;
  }

  /** Takes time in proportion to the length, whatever the text is. */
  count(text: string): number {
    let tokens = 0;
    for (const [run] of text.matchAll(this.#splitter)) tokens += this.#countRun(run);
    return tokens;
  }

  #countRun(run: string): number {
    const length = this.#encode(run);
    if (this.#ranks.get(this.#bytes, 0, length) !== NO_RANK) return 1;
    let tokens = 0;
    for (let start = 0; start < length; ) {
      const end = this.#characterEnd(start + LONGEST_RUN, length);
      tokens += this.#merge(start, end);
      start = end;
    }
    return tokens;
  }

  #encode(run: string): number {
    const longest = run.length * BYTES_PER_UNIT;
    if (longest > this.#bytes.length) this.#bytes = new Uint8Array(longest * 2);
    const bytes = this.#bytes;
    for (let at = 0; at < run.length; at++) {
      const unit = run.charCodeAt(at);
      if (unit > 127) return utf8.encodeInto(run, bytes).written;
      bytes[at] = unit;
    }
    return run.length;
  }

  /** The last boundary between two characters at or before a place. */
  #characterEnd(at: number, length: number): number {
    if (at >= length) return length;
    let end = at;
    while (((this.#bytes[end] as number) & 0xc0) === 0x80) end--;
    return end;
  }

  /** Joins the pair with the lowest rank until no pair is a token; how many parts are left. */
  #merge(start: number, end: number): number {
    const starts = this.#starts;
    const joined = this.#joined;
    let parts = end - start;
    for (let part = 0; part <= parts; part++) starts[part] = start + part;
    for (let part = 0; part < parts; part++) joined[part] = this.#rankOfPair(part, parts);
    for (;;) {
      let lowest = NO_RANK;
      let at = -1;
      for (let part = 0; part < parts - 1; part++) {
        const rank = joined[part] as number;
        if (rank < lowest) {
          lowest = rank;
          at = part;
        }
      }
      if (at < 0) return parts;
      starts.copyWithin(at + 1, at + 2, parts + 1);
      joined.copyWithin(at + 1, at + 2, parts);
      parts--;
      joined[at] = this.#rankOfPair(at, parts);
      if (at > 0) joined[at - 1] = this.#rankOfPair(at - 1, parts);
    }
  }

  #rankOfPair(part: number, parts: number): number {
    if (part + 2 > parts) return NO_RANK;
    return this.#ranks.get(this.#bytes, this.#starts[part] as number, this.#starts[part + 2] as number);
  }
}
