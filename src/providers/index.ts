import type { Usage } from '../usage.ts';
import { anthropic } from './anthropic/index.ts';
import { openai } from './openai/index.ts';
import type { Params, Provider, ResponseFacts } from './types.ts';

/** Every provider that is metered. A new one is a folder and a line here. */
export const providers: readonly Provider[] = [openai, anthropic];

/** The usage object of a provider's answer as the one normalised record. */
export function readUsage(provider: string, raw: unknown): Usage | undefined {
  return named(provider)?.readUsage(raw);
}

/** The same of a whole answer, which says more than its usage object. */
export function readAnswer(provider: string, body: unknown, params: Params): ResponseFacts | undefined {
  return named(provider)?.readAnswer(body, params);
}

function named(provider: string): Provider | undefined {
  return providers.find(({ name }) => name === provider);
}
