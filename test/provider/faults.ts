import { RequestError } from './errors.ts';
import type { Scenario } from './scenarios.ts';

/** A test that waits for a fault which only a stream can have is told so. */
export function rejectStreamFaults(scenario: Scenario): void {
  reject(scenario, ['errorat', 'nomessage_start'], 'needs a stream');
}

/** A WebSocket has messages where a response has bytes. */
export function rejectByteFaults(scenario: Scenario): void {
  reject(scenario, ['splitbytes', 'emptybody', 'html'], 'has no meaning on a WebSocket');
}

function reject(scenario: Scenario, names: readonly (keyof Scenario)[], why: string): void {
  for (const name of names) {
    if (scenario[name] !== undefined) throw new RequestError(400, `directive "${name}" ${why}`);
  }
}

/** What the scenario says about the answer, without what it says about its way. */
export function withoutFaults(scenario: Scenario): Scenario {
  const { status, failfirst, errorat, cutat, hangat, badjson, emptybody, html, ...rest } = scenario;
  return rest;
}
