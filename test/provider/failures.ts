import type { Exchange } from './exchange.ts';
import type { Scenario } from './scenarios.ts';

/** Decides which attempts of a request fail under `status` and `failfirst`. */
export function createFailures(): (exchange: Exchange, scenario: Scenario) => boolean {
  const attempts = new Map<string, number>();
  return (exchange, { status, failfirst }) => {
    if (status === undefined) return false;
    if (failfirst === undefined) return true;
    // The SDKs number their attempts; other clients' are told apart by key and body.
    const numbered = exchange.header('x-stainless-retry-count');
    if (numbered !== undefined) return Number(numbered) < failfirst;
    const key = `${exchange.header('idempotency-key') ?? ''} ${exchange.rawBody}`;
    const attempt = attempts.get(key) ?? 0;
    const fails = attempt < failfirst;
    if (fails) attempts.set(key, attempt + 1);
    else attempts.delete(key);
    return fails;
  };
}
