import { performance } from 'node:perf_hooks';
import { nextTurn } from '../turn.ts';

/** Work in steps: between two of them others may run. */
export type Steps<T> = Generator<undefined, T>;

const MILLISECONDS_PER_TURN = 5;
// As it is now: an app's tests may replace it, and stop the time.
const now = performance.now.bind(performance);

/** Does work, and lets the event loop turn between its steps as soon as they have taken some time. */
export async function inTurns<T>(work: Steps<T>): Promise<T> {
  let start = now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (now() - start < MILLISECONDS_PER_TURN) continue;
    await nextTurn();
    start = now();
  }
}
