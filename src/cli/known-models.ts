import { distance } from 'fastest-levenshtein';
import { table } from '../pricing/table.ts';

export type ProviderName = 'openai' | 'anthropic';
export const PROVIDERS: readonly ProviderName[] = ['openai', 'anthropic'];

const MOST = 5;

/** Whose model it is, by its name. */
export function guessProvider(model: string): ProviderName {
  return /(?:^|[./])claude/i.test(model) ? 'anthropic' : 'openai';
}

/** The known names that are most like an unknown one. */
export function nearestModels(model: string, providers: readonly ProviderName[]): string[] {
  const wanted = model.toLowerCase();
  const limit = Math.max(3, Math.ceil(wanted.length / 2));
  return providers
    .flatMap((provider) => namesOf(provider))
    .map((name) => ({ name, apart: distance(wanted, name.toLowerCase()) }))
    .filter(({ apart }) => apart <= limit)
    .sort((a, b) => a.apart - b.apart || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}

function namesOf(provider: ProviderName): string[] {
  const { models = {}, aliases = {} } = table.providers[provider] ?? {};
  return [...Object.keys(models), ...Object.keys(aliases)];
}
