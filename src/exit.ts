import { reportFault } from './report.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const works = new Set<() => Promise<void>>();
let isEnding = false;

/**
 * Has something done before the process ends: when it has nothing left to do, and when a signal tells it
 * to and the app does not handle that signal. Then the signal has its effect as soon as all is done. An app
 * that handles it, and an app that calls `process.exit`, decides itself how much time there is.
 *
 * @returns How to take that back.
 */
export function beforeExit(work: () => Promise<void>): () => void {
  if (works.size === 0) listen('on');
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size === 0 && !isEnding) listen('off');
  };
}

function listen(how: 'on' | 'off'): void {
  process[how]('beforeExit', runAll);
  for (const signal of SIGNALS) process[how](signal, onSignal);
}

async function runAll(): Promise<void> {
  const all = [...works];
  // Once: work that begins anew keeps the process from ending.
  works.clear();
  isEnding = true;
  listen('off');
  await Promise.all(all.map((work) => work().catch((fault) => reportFault('the work before exit', fault))));
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  const isOurs = process.listenerCount(signal) === 1;
  const done = runAll();
  if (!isOurs) return;
  // While it is being done, a second signal is not heard twice: it ends the process, as it would without us.
  await done;
  process.kill(process.pid, signal);
}
