import timers from 'node:timers';
import type { EstimateRequest, TokenCountingClient } from './types.ts';

const DEFAULT_TIMEOUT_SECONDS = 5;
const LONGEST_TIMER = 2 ** 31 - 1;
// Node's own, as they are now: an app's tests may replace them.
const { setTimeout, clearTimeout } = timers;

/** The count of tokens, or why there is none. Waits no longer than the request says, whatever the client does. */
export async function askProvider(
  client: TokenCountingClient,
  request: EstimateRequest,
): Promise<number | string> {
  const { model, messages, system, tools, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = request;
  const body = { model, messages, ...(system !== undefined && { system }), ...(tools && { tools }) };
  const ended = new AbortController();
  const abort = () => ended.abort(new Error('the signal was aborted'));
  const expire = () => ended.abort(new Error(`no answer within ${timeoutSeconds} seconds`));
  const timer = setTimeout(expire, Math.min(timeoutSeconds * 1000, LONGEST_TIMER));
  request.signal?.addEventListener('abort', abort);
  if (request.signal?.aborted) abort();
  try {
    const { signal } = ended;
    const answer = await Promise.race([end(signal), client.messages.countTokens(body as never, { signal })]);
    const tokens = (answer as { input_tokens?: unknown } | undefined)?.input_tokens;
    if (Number.isSafeInteger(tokens) && (tokens as number) >= 0) return tokens as number;
    return 'countTokens failed: its answer has no count';
  } catch (error) {
    const reason = ended.signal.aborted ? ended.signal.reason : error;
    return `countTokens failed: ${reason instanceof Error ? reason.message : String(reason)}`;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', abort);
  }
}

function end(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
