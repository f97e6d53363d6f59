import { distance } from 'fastest-levenshtein';
import { table } from '../pricing/table.ts';
import type { Price } from '../pricing/types.ts';

export type ProviderName = 'openai' | 'anthropic';
export const PROVIDERS: readonly ProviderName[] = ['openai', 'anthropic'];

const MOST = 5;
/** Shorter words are numbers or parts of many names: they must be the same. */
const SHORTEST_WORD_WITH_TYPO = 5;
const SHORTEST_BEGINNING = 3;

/** Whose model it is, by its name. */
export function guessProvider(model: string): ProviderName {
  return /(?:^|[./])claude/i.test(model) ? 'anthropic' : 'openai';
}

/** The table's price of a model at a time. */
export function listPrice(provider: ProviderName, model: string, at = new Date()): Price | undefined {
  const day = at.toISOString().slice(0, 10);
  const prices = table.providers[provider]?.models[model] ?? [];
  return prices.find(({ from, until }) => from <= day && (until === undefined || day < until));
}

/** What may have been meant by a name that is not known. */
export function didYouMean(model: string): string {
  const near = nearestModels(model);
  return near.length > 0 ? `Did you mean ${near.join(', ')}?` : '`tokenmeter models` lists all.';
}

interface KnownName {
  readonly name: string;
  /** What it stands for: itself, or the model of an alias. */
  readonly model: string;
}

/** Names of the models that have all the words of an unknown one, or else of those that are written most like it. */
export function nearestModels(unknown: string): string[] {
  const names = PROVIDERS.flatMap(namesOf);
  const found = withWords(unknown, names);
  const nearest = found.length > 0 ? found : firstOfEach(alike(unknown, names));
  return nearest.slice(0, MOST).map(({ name }) => name);
}

/** Models before their aliases. */
function namesOf(provider: ProviderName): KnownName[] {
  const { models = {}, aliases = {} } = table.providers[provider] ?? {};
  return [
    ...Object.keys(models).map((model) => ({ name: model, model })),
    ...Object.entries(aliases).map(([name, model]) => ({ name, model })),
  ];
}

function withWords(unknown: string, names: readonly KnownName[]): KnownName[] {
  const wanted = wordsIn(unknown);
  if (wanted.length === 0) return [];
  const hasMore = ({ name }: KnownName) => Number(wordsIn(name).length > wanted.length);
  return firstOfEach(names.filter(({ name }) => hasWords(wordsIn(name), wanted))).sort(
    (a, b) => hasMore(a) - hasMore(b) || newerFirst(a.name, b.name),
  );
}

function alike(unknown: string, names: readonly KnownName[]): KnownName[] {
  const limit = Math.ceil(unknown.length / 2);
  return names
    .map((known) => ({ ...known, apart: distance(unknown.toLowerCase(), known.name.toLowerCase()) }))
    .filter(({ apart }) => apart <= limit)
    .sort((a, b) => a.apart - b.apart || newerFirst(a.name, b.name));
}

/** The first name of each model. */
function firstOfEach(names: readonly KnownName[]): KnownName[] {
  return names.filter(({ model }, index) => names.findIndex((one) => one.model === model) === index);
}

function wordsIn(name: string): string[] {
  return name.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
}

/** In any order, each once. */
function hasWords(words: readonly string[], wanted: readonly string[]): boolean {
  const left = [...words];
  return wanted.every((word) => {
    const index = left.findIndex((one) => isLike(one, word));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

function isLike(word: string, wanted: string): boolean {
  if (word === wanted) return true;
  if (wanted.length >= SHORTEST_WORD_WITH_TYPO && distance(word, wanted) === 1) return true;
  return wanted.length >= SHORTEST_BEGINNING && !/\d/.test(wanted) && word.startsWith(wanted);
}

/** Versions rise, and the newest model is the likeliest to be meant. */
function newerFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}
