import type { Usage } from '../usage.ts';
import { anthropic } from './anthropic/index.ts';
import { openai } from './openai/index.ts';
import type { Endpoint, Provider } from './types.ts';

/** Every provider that is metered. A new one is a folder and a line here. */
export const providers: readonly Provider[] = [openai, anthropic];

/** Finds what a request to this provider means; the lookup is a Map per provider, made once. */
export function endpointFinder(provider: Provider): (method: string, path: string) => Endpoint | undefined {
  const endpoints = new Map(
    provider.endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]),
  );
  return (method, path) => {
    const query = path.indexOf('?');
    return endpoints.get(`${method} ${query < 0 ? path : path.slice(0, query)}`);
  };
}

/** The usage object of a provider's answer as the one normalised record. */
export function readUsage(provider: string, raw: unknown): Usage | undefined {
  return providers.find(({ name }) => name === provider)?.readUsage(raw);
}
