import type { Usage } from '../usage.ts';
import { anthropic } from './anthropic/index.ts';
import { openai } from './openai/index.ts';
import type { Provider } from './types.ts';

/** Every provider that is metered. A new one is a folder and a line here. */
export const providers: readonly Provider[] = [openai, anthropic];

/** The usage object of a provider's answer as the one normalised record. */
export function readUsage(provider: string, raw: unknown): Usage | undefined {
  return providers.find(({ name }) => name === provider)?.readUsage(raw);
}
