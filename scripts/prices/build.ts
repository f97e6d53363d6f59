import type { Price, PriceTable, ProviderPrices } from '../../src/pricing/types.ts';
import {
  addClaudeTiers,
  addTier,
  correct,
  type Draft,
  draftsOf,
  draftsOfAdded,
  finish,
  sorted,
  withClaudeWrites,
} from './draft.ts';
import { readGenaiPrices } from './genai.ts';
import { unpricedNames } from './names.ts';
import { addedModels, corrections } from './overlay.ts';
import { genaiPrices, overlayDate } from './sources.ts';
import { tierRules } from './tiers.ts';

export function buildTable(): PriceTable {
  return {
    version: `${genaiPrices.date}+overlay.${overlayDate}`,
    date: overlayDate,
    providers: { anthropic: buildProvider('anthropic'), openai: buildProvider('openai') },
  };
}

function buildProvider(provider: string): ProviderPrices {
  const isOurs = (entry: { readonly provider: string }) => entry.provider === provider;
  const models: Record<string, readonly Price[]> = {};
  const aliases: Record<string, string> = {};

  const add = (model: string, names: readonly string[], prices: readonly Price[]) => {
    if (Object.hasOwn(models, model)) throw new Error(`Two entries for ${model}`);
    models[model] = prices;
    for (const name of names) {
      if (Object.hasOwn(aliases, name)) throw new Error(`${name} stands for ${aliases[name]} and ${model}`);
      aliases[name] = model;
    }
  };

  const found = [
    ...readGenaiPrices(provider).map((entry) => ({ ...entry, drafts: draftsOf(entry, provider) })),
    ...addedModels.filter(isOurs).map((entry) => ({ ...entry, drafts: draftsOfAdded(entry) })),
  ];
  for (const { model, names = [], drafts } of found) {
    const complete = drafts.map((draft) => completeDraft(draft, provider, model));
    add(
      model,
      names,
      complete.map((draft, index) => finish(draft, provider, complete[index + 1]?.from)),
    );
  }
  for (const name of unpricedNames.filter(isOurs).flatMap(({ names }) => names)) add(name, [], []);

  const named = [...corrections, ...tierRules].filter(isOurs).flatMap((entry) => entry.models);
  const unknown = named.filter((model) => !Object.hasOwn(models, model));
  const doubled = Object.keys(aliases).filter((alias) => Object.hasOwn(models, alias));
  if (unknown.length + doubled.length > 0)
    throw new Error(`Unknown ${unknown}; both model and alias ${doubled}`);
  return { models: sorted(models), aliases: sorted(aliases) };
}

function completeDraft(draft: Draft, provider: string, model: string): Draft {
  const applies = (entry: { readonly provider: string; readonly models: readonly string[] }) =>
    entry.provider === provider && entry.models.includes(model);
  const corrected = corrections.filter(applies).reduce(correct, draft);
  return provider === 'anthropic'
    ? addClaudeTiers(withClaudeWrites(corrected), model)
    : tierRules.filter(applies).reduce(addTier, corrected);
}
