import timers from 'node:timers';

// Node's own, as it is now: an app's tests may replace the timers, and would wait here for ever.
const { setImmediate } = timers;

/** Lets everything run that waits for the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
