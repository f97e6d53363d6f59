import type { Attributes } from '@opentelemetry/api';
import { usdFromPico } from '../pricing/cost.ts';
import { CALL, CALLS, type Layout } from './cells.ts';

/** Of a counter that nothing was added to yet. */
const UNBORN = -1;

/** Running sums that share their labels. A counter is born, and from then on reported, with its first addition. */
export class Series {
  readonly labels: Attributes;
  readonly layout: Layout;
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  /** The tick of the last addition. */
  changed = UNBORN;
  /** When that was, in milliseconds of `performance.now()`. */
  usedAt = 0;
  readonly #values: number[];
  /** The tick in which each counter was born. */
  readonly #born: number[];
  /** Exact: dollars come into being only at export. */
  #picoUsd = 0n;
  /** As Prometheus has them, made when they are first asked for. */
  #labelText: string | undefined;

  constructor(labels: Attributes, layout: Layout) {
    this.labels = labels;
    this.layout = layout;
    this.#values = new Array(layout.length).fill(0);
    this.#born = new Array(layout.length).fill(UNBORN);
  }

  has(cell: number): boolean {
    return this.#born[cell] !== UNBORN;
  }

  add(cell: number, amount: number, tick: number): void {
    this.#touch(cell, tick);
    (this.#values[cell] as number) += amount;
  }

  addCost(picoUsd: bigint, tick: number): void {
    this.#touch(CALL.cost, tick);
    this.#picoUsd += picoUsd;
  }

  /** The sum, or undefined if the counter was not born before a tick; 0 if it was not before another one. */
  read(cell: number, bornBefore: number, shownIfBornBefore: number): number | undefined {
    const born = this.#born[cell] as number;
    if (born === UNBORN || born >= bornBefore) return undefined;
    if (born >= shownIfBornBefore) return 0;
    return cell === CALL.cost && this.layout === CALLS ? usdFromPico(this.#picoUsd) : this.#values[cell];
  }

  labelText(render: (labels: Attributes) => string): string {
    this.#labelText ??= render(this.labels);
    return this.#labelText;
  }

  #touch(cell: number, tick: number): void {
    if (this.#born[cell] === UNBORN) this.#born[cell] = tick;
    this.changed = tick;
  }
}
