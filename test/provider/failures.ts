import type { Scenario } from './scenarios.ts';
import type { ReceivedRequest } from './types.ts';

type Request = Pick<ReceivedRequest, 'headers' | 'rawBody'>;

/** Decides which attempts of a request fail under `status` and `failfirst`. */
export function createFailures(): (request: Request, scenario: Scenario) => boolean {
  const attempts = new Map<string, number>();
  return ({ headers, rawBody }, { status, failfirst }) => {
    if (status === undefined) return false;
    if (failfirst === undefined) return true;
    // The SDKs number their attempts; other clients' are told apart by key and body.
    const numbered = headers['x-stainless-retry-count'];
    if (numbered !== undefined) return Number(numbered) < failfirst;
    const key = `${headers['idempotency-key'] ?? ''} ${rawBody}`;
    const attempt = attempts.get(key) ?? 0;
    const fails = attempt < failfirst;
    if (fails) attempts.set(key, attempt + 1);
    else attempts.delete(key);
    return fails;
  };
}
