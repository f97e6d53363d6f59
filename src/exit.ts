import timers from 'node:timers';
import { reportFault } from './report.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What holds up the end of a process that a signal is to end, unless it asks for more. */
const LONGEST_MS = 5000;

const { setTimeout, setImmediate } = timers;

interface Work {
  readonly run: () => Promise<void>;
  readonly longestMs: number;
}

const works = new Set<Work>();
/** Work that begins anew keeps the process from ending: at its natural end it is done once. */
let hasEnded = false;

/**
 * Has something done before the process ends: when it has nothing left to do, and when a signal tells it to and
 * the app does not handle that signal. Then the signal has its effect as soon as all is done, or the time is up.
 * An app that handles it, and an app that calls `process.exit`, decides itself how much time there is.
 *
 * @returns How to take that back.
 */
export function beforeExit(run: () => Promise<void>, moreMs = 0): () => void {
  const work = { run, longestMs: LONGEST_MS + moreMs };
  if (works.size === 0) listen();
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size === 0) stopListening();
  };
}

const lastActs = new Set<() => void>();

/**
 * Has something done at the very end, before all else: when nothing is left to do, when a signal that nobody handles
 * ends the process, and when it exits. It must not take long.
 *
 * @returns How to take that back.
 */
export function atTheEnd(act: () => void): () => void {
  if (lastActs.size === 0) process.prependListener('exit', actAll);
  lastActs.add(act);
  return () => {
    lastActs.delete(act);
    if (lastActs.size === 0) process.off('exit', actAll);
  };
}

function actAll(): void {
  for (const act of lastActs) {
    try {
      act();
    } catch (fault) {
      reportFault('the last acts of the process', fault);
    }
  }
}

function listen(): void {
  process.on('beforeExit', onBeforeExit);
  // First: the app's own, which may listen once, are still to be seen.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
}

function stopListening(): void {
  process.off('beforeExit', onBeforeExit);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

async function onBeforeExit(): Promise<void> {
  if (hasEnded) return;
  hasEnded = true;
  actAll();
  await runAll();
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  const isHandled = process.listenerCount(signal) > 1;
  // Others, such as the package signal-exit, end the process only if nobody else listens. And a second signal ends it.
  process.off(signal, onSignal);
  // What an app that handles it has under way may go on.
  if (!isHandled) actAll();
  const done = runAll();
  if (!isHandled) {
    await done;
    process.kill(process.pid, signal);
  } else {
    // It may go on: then the next one is heard again.
    setImmediate(() => {
      if (works.size > 0) process.prependListener(signal, onSignal);
    });
  }
}

async function runAll(): Promise<void> {
  await Promise.all(Array.from(works, inTime));
}

function inTime({ run, longestMs }: Work): Promise<void> {
  return new Promise((resolve) => {
    // It holds the process: who waits for it is to be told.
    const timer = setTimeout(resolve, longestMs);
    run()
      .catch((fault) => reportFault('the work before exit', fault))
      .finally(() => {
        timers.clearTimeout(timer);
        resolve();
      });
  });
}
