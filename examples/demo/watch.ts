import { setTimeout as delay } from 'node:timers/promises';
import type { Provider } from '../../test/provider/server.ts';
import type { App } from './app.ts';
import type { DemoOptions } from './options.ts';
import { trackProgress } from './progress.ts';
import type { Sample } from './scrape.ts';
import type { Screen } from './screen.ts';
import { startTraffic } from './traffic.ts';
import { readRows } from './usage.ts';

const REFRESH_MS = 1000;
/** A series may hold its first value back for two scrapes, so that `increase()` does not miss it. */
const LAST_SCRAPES = 4;
const LAST_SCRAPE_MS = 100;
const ANSWERED_WITHIN_MS = 2000;

/** Lets traffic run to its end while the screen shows it. Resolves to the last scrape. */
export async function watchTraffic(
  app: App,
  provider: Provider,
  screen: Screen,
  options: DemoOptions,
  ending: AbortController,
): Promise<{ samples: readonly Sample[]; seconds: number }> {
  const track = trackProgress();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const look = async () => {
    const samples = await app.scrape();
    return { samples, progress: track(seconds(), readRows(samples), ending.signal.aborted) };
  };

  const traffic = startTraffic(app.url, options.seed);
  const timer = Number.isFinite(options.seconds)
    ? setTimeout(() => ending.abort(), 1000 * options.seconds)
    : undefined;
  try {
    while (!ending.signal.aborted) {
      screen.show((await look()).progress);
      await delay(REFRESH_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
    screen.show((await look()).progress);
  } finally {
    clearTimeout(timer);
    await traffic.finish();
  }
  await Promise.race([
    Promise.all(provider.requests.map((request) => request.ended)),
    delay(ANSWERED_WITHIN_MS, undefined, { ref: false }),
  ]);

  let last = await look();
  for (let scrape = 1; scrape < LAST_SCRAPES; scrape++) {
    await delay(LAST_SCRAPE_MS);
    last = await look();
  }
  screen.close(last.progress);
  return { samples: last.samples, seconds: last.progress.seconds };
}
