import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Provider } from '../../test/provider/server.ts';
import { startChild } from './child.ts';
import { parseScrape, type Sample } from './scrape.ts';

/** The chat service, running under tokenmeter. */
export interface App {
  readonly url: string;
  readonly metricsUrl: URL;
  scrape(): Promise<Sample[]>;
  stop(): Promise<void>;
}

const METRICS_WITHIN_MS = 5000;
const service = fileURLToPath(new URL('./service.ts', import.meta.url));
const budgets = fileURLToPath(new URL('./budgets.yaml', import.meta.url));

/** Throws, with what the service wrote, when it does not start. */
export async function startApp(provider: Provider, metricsPort: number, host = 'localhost'): Promise<App> {
  const child = startChild(process.execPath, ['--import', 'tokenmeter/register', service], {
    environment: {
      ...withoutSettings(process.env),
      PORT: '0',
      OPENAI_API_KEY: 'sk-none-is-needed',
      OPENAI_BASE_URL: provider.openaiUrl,
      ANTHROPIC_API_KEY: 'sk-ant-none-is-needed',
      ANTHROPIC_BASE_URL: provider.anthropicUrl,
      TOKENMETER_BUDGETS: budgets,
      OTEL_SERVICE_NAME: 'acme-books-chat',
      OTEL_EXPORTER_PROMETHEUS_HOST: host,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    },
  });
  let metricsUrl = new URL(`http://localhost:${metricsPort}/metrics`);
  const scrape = async () => {
    try {
      // As it is: Prometheus is shown new series as 0 first.
      const response = await fetch(`${metricsUrl}?zero_first=false`);
      return parseScrape(await response.text());
    } catch (cause) {
      throw new Error(`${metricsUrl} does not answer; the chat service wrote:\n${child.errors()}`, { cause });
    }
  };
  try {
    const [[, url = ''], [, port]] = await Promise.all([
      child.waitFor(/^listening on (\S+)$/),
      child.waitFor(/^tokenmeter: (?:metrics at .*:(\d+)\/metrics$|port .* is in use)/),
    ]);
    if (port === undefined) throw new Error(child.errors());
    metricsUrl = new URL(`http://localhost:${port}/metrics`);
    await untilItWorks(scrape);
    return { url, metricsUrl, scrape, stop: child.stop };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The service may listen a moment before its metrics do. */
async function untilItWorks(attempt: () => Promise<unknown>): Promise<void> {
  for (const limit = performance.now() + METRICS_WITHIN_MS; ; await delay(20)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > limit) throw error;
    }
  }
}

/** What the shell sets for the user's own programs must not lead the demo to real accounts or collectors. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:OPENAI|ANTHROPIC|OTEL|TOKENMETER)_/.test(name)),
  );
}
