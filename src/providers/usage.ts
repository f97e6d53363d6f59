import type { Usage } from '../usage.ts';
import { readAnthropicUsage } from './anthropic/usage.ts';
import { readOpenAIUsage } from './openai/usage.ts';

const READERS: Readonly<Record<string, (raw: unknown) => Usage | undefined>> = {
  openai: readOpenAIUsage,
  anthropic: readAnthropicUsage,
};

/** The usage object of a provider's answer as the one normalised record, or undefined if it is none. */
export function readUsage(provider: string, raw: unknown): Usage | undefined {
  return READERS[provider]?.(raw);
}
