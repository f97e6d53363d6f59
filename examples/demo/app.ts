import { fileURLToPath } from 'node:url';
import type { Provider } from '../../test/provider/server.ts';
import { type Child, startChild } from './child.ts';
import { parseScrape, type Sample } from './scrape.ts';

/** The chat service, running under tokenmeter. */
export interface App {
  readonly url: string;
  readonly metricsUrl: URL;
  readonly child: Child;
  scrape(): Promise<Sample[]>;
}

const service = fileURLToPath(new URL('./service.ts', import.meta.url));

/** Throws, with what the service wrote, when it does not start. */
export async function startApp(provider: Provider, metricsPort: number): Promise<App> {
  const child = startChild(process.execPath, ['--import', 'tokenmeter/register', service], {
    environment: {
      ...withoutSettings(process.env),
      PORT: '0',
      OPENAI_API_KEY: 'sk-none-is-needed',
      OPENAI_BASE_URL: provider.openaiUrl,
      ANTHROPIC_API_KEY: 'sk-ant-none-is-needed',
      ANTHROPIC_BASE_URL: provider.anthropicUrl,
      OTEL_SERVICE_NAME: 'acme-books-chat',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    },
  });
  const [, url = ''] = await child.waitFor(/^listening on (\S+)$/);
  const metricsUrl = new URL(`http://localhost:${metricsPort}/metrics`);
  return {
    url,
    metricsUrl,
    child,
    async scrape() {
      if (child.hasEnded) throw new Error(`the chat service ended:\n${child.errors()}`);
      const response = await fetch(metricsUrl);
      return parseScrape(await response.text());
    },
  };
}

/** What the shell sets for the user's own programs must not lead the demo to real accounts or collectors. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:OPENAI|ANTHROPIC|OTEL|TOKENMETER)_/.test(name)),
  );
}
