/** Ctrl-C reaches the demo twice when npm passes it on; this much later it is meant. */
const AGAIN_AFTER_MS = 1000;

/** Aborted by the first Ctrl-C, SIGTERM or closed terminal; one more Ctrl-C ends the process at once. */
export function endOnSignals(): AbortController {
  const ending = new AbortController();
  let first = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!ending.signal.aborted) first = performance.now();
      else if (performance.now() - first > AGAIN_AFTER_MS) process.exit(130);
      ending.abort();
    });
  }
  return ending;
}
