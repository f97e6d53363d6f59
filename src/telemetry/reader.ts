/** What all readers of a table share. */
export class Clock {
  /** Counts the collections that were begun: what is born between two of them has the same tick. */
  tick = 0;
  /** Whoever collects now does so for the last time: nothing is held back. */
  isEnding = false;
}

/** One reading of all series. */
export interface Collection {
  readonly tick: number;
  /** Counters born before this tick show their value, younger ones 0. */
  readonly shownIfBornBefore: number;
}

/** How often a counter is reported as 0 before its value is, so that `increase()` sees it grow. */
export const ZEROS = 2;

/** Somebody who collects metrics again and again, and what was reported to him. */
export class SeriesReader {
  readonly #clock: Clock;
  /** The ticks of the last collections that reached the reader, the last one first. */
  readonly #reached: number[];
  /** Whatever changed before this tick was reported to this reader with its value. */
  reportedBefore: number;

  /**
   * @param zeros How often a counter is reported as 0 before its value is.
   * @param reportedBefore What others were told of before this reader came is not new.
   */
  constructor(clock: Clock, zeros: number, reportedBefore: number) {
    this.#clock = clock;
    this.#reached = new Array(zeros).fill(reportedBefore);
    this.reportedBefore = reportedBefore;
  }

  begin(): Collection {
    const tick = ++this.#clock.tick;
    return { tick, shownIfBornBefore: this.#clock.isEnding ? tick : (this.#reached.at(-1) ?? tick) };
  }

  /** The collection has reached the reader. */
  end({ tick, shownIfBornBefore }: Collection): void {
    this.reportedBefore = Math.max(this.reportedBefore, shownIfBornBefore);
    // Of two that overlap, the one that was begun later may end first.
    this.#reached.unshift(tick);
    this.#reached.sort((a, b) => b - a).pop();
  }
}
