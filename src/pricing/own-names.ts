import type { ModelNames } from './match.ts';

/** Fine-tuned models of one base share its price in the table, and are not the same model. */
const FINE_TUNED = /^ft:[^:]+:/;

/** The names that the user gave own prices to, and the models that they stand for. */
export class OwnNames {
  readonly #names: ReadonlySet<string>;
  /** By `vendor provider model`: the names that stand for that model. */
  readonly #ofModels = new Map<string, string[]>();

  constructor(names: readonly string[], models: ModelNames) {
    this.#names = new Set(names);
    for (const name of names) {
      const { vendor, model } = split(name);
      for (const provider of models.providers) {
        const match = FINE_TUNED.test(model) ? undefined : models.match(provider, model);
        if (match) this.#add(keyOf(vendor, provider, match.model), name);
      }
    }
  }

  /** The first of the names that has one: for the vendor before one for all. */
  find(vendor: string, names: readonly unknown[]): string | undefined {
    if (this.#names.size === 0) return undefined;
    for (const name of names) {
      if (typeof name !== 'string') continue;
      const ofVendor = `${vendor}/${name}`;
      if (this.#names.has(ofVendor)) return ofVendor;
      if (this.#names.has(name)) return name;
    }
    return undefined;
  }

  /** The names that stand for a model: one, unless several of its names have prices and none is the table's own. */
  ofModel(vendor: string, provider: string, model: string): readonly string[] {
    if (this.#names.size === 0) return [];
    const names =
      this.#ofModels.get(keyOf(vendor, provider, model)) ?? this.#ofModels.get(keyOf('', provider, model));
    const own = names?.find((name) => split(name).model === model);
    return own === undefined ? (names ?? []) : [own];
  }

  #add(key: string, name: string): void {
    const names = this.#ofModels.get(key);
    if (names) names.push(name);
    else this.#ofModels.set(key, [name]);
  }
}

function keyOf(vendor: string, provider: string, model: string): string {
  return `${vendor} ${provider} ${model}`;
}

/** `azure.ai.openai/gpt-4.1`. The names of Bedrock's ARNs have a slash of their own. */
function split(name: string): { readonly vendor: string; readonly model: string } {
  const slash = name.startsWith('arn:') ? -1 : name.indexOf('/');
  return { vendor: name.slice(0, Math.max(slash, 0)), model: name.slice(slash + 1) };
}
