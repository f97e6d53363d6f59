import { createThreads, type Threads } from './anthropic/threads.ts';
import { type Bill, createBilling } from './billing.ts';
import { createFailures } from './failures.ts';
import { createIds, type NextId } from './ids.ts';
import { createRouter, type Route } from './routes.ts';
import type { Scenario } from './scenarios.ts';
import type { BilledCall, ReceivedRequest } from './types.ts';

/** Where the provider's clock stands at start; every request is one second. */
const START_SECONDS = Date.UTC(2026, 10, 22) / 1000;

/** All state of a provider. */
export interface Context {
  readonly seed: number;
  readonly threads: Threads;
  readonly id: NextId;
  readonly bill: Bill;
  /** The time in Unix seconds, one later at every call. */
  tick(): number;
  findRoute(request: Pick<ReceivedRequest, 'method' | 'path' | 'headers'>): Route;
  readonly fails: ReturnType<typeof createFailures>;
  scenarioOf(request: ReceivedRequest): Scenario | undefined;
}

export function createContext(
  seed: number,
  billed: BilledCall[],
  scenarioOf: ((request: ReceivedRequest) => Scenario) | undefined,
): Context {
  const threads = createThreads();
  let clock = START_SECONDS;
  return {
    seed,
    threads,
    id: createIds(seed),
    bill: createBilling(billed),
    tick() {
      clock += 1;
      return clock;
    },
    findRoute: createRouter(threads),
    fails: createFailures(),
    scenarioOf: (request) => scenarioOf?.(request),
  };
}
