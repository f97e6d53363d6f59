import { ModelNames } from './match.ts';
import { OwnNames } from './own-names.ts';
import { table } from './table.ts';

/** USD per call of a tool that the provider runs, by name: `{ code_interpreter: 0.03 }`. They win over the table's. */
export type ToolFees = Readonly<Record<string, number>>;

/** USD per million tokens of one class; a class that is left out has no price. They hold for every tier and region. */
export interface OwnRates {
  readonly input: number;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** Of any lifetime. */
  readonly cacheWrite?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
  /** Of tools that are not named, those of the table hold, if it knows the model. */
  readonly toolFees?: ToolFees | undefined;
}

/** One model's price of your own: its rates, another model's, a part of what the table says, or nothing. */
export type OwnPrice =
  | OwnRates
  /** Another model of `models` or of the table; a factor is on top of that model's own. */
  | {
      readonly sameAs: string;
      readonly factor?: number | undefined;
      readonly toolFees?: ToolFees | undefined;
    }
  | { readonly factor: number; readonly toolFees?: ToolFees | undefined }
  | { readonly free: true };

/** Prices of your own. They win over the table. */
export interface PriceOptions {
  /**
   * By any name of the model, for all of its names; or by `vendor/model` for calls through one vendor:
   * `azure.ai.openai/prod`. Where several names of one model have prices, each holds for itself.
   */
  readonly models?: Readonly<Record<string, OwnPrice>> | undefined;
  /** What you pay of the table's prices where `models` says nothing: 0.9 with a discount of a tenth. */
  readonly factor?: number | undefined;
  /** For every model that names no fee of its own for the tool. No factor is applied to them. */
  readonly toolFees?: ToolFees | undefined;
}

const builtIn = new ModelNames(table);

/** Why an entry that is the same as another has no price in the end. */
export type Dangling = 'unknown' | 'itself' | 'circle';

/** Where `sameAs` leads: to the entries after the first, in their order. */
export interface Chain {
  readonly names: readonly string[];
  /** Why the last of them has no price; undefined also where it names a model of the table. */
  readonly dangling?: Dangling;
}

/** The entries of `models`, and how they refer to each other. */
export class OwnModels {
  readonly #models: NonNullable<PriceOptions['models']>;
  readonly #names: OwnNames;

  constructor(models: NonNullable<PriceOptions['models']>) {
    this.#models = models;
    this.#names = new OwnNames(Object.keys(models), builtIn);
  }

  follow(name: string): Chain {
    const names = [name];
    for (let from = name; ; ) {
      const target = sameAsOf(this.#models[from]);
      if (target === undefined) return { names };
      if (target === from) return { names, dangling: 'itself' };
      const next = this.#names.find('', [target]) ?? this.#otherName(target, from);
      if (next === undefined) return isListed(target) ? { names } : { names, dangling: 'unknown' };
      if (names.includes(next)) return { names, dangling: 'circle' };
      names.push(next);
      from = next;
    }
  }

  /** An entry under another name of the model. One that is the same as a name of its own means the table's price. */
  #otherName(target: string, from: string): string | undefined {
    for (const provider of builtIn.providers) {
      const match = builtIn.match(provider, target);
      const [name, ...others] = match ? this.#names.ofModel('', provider, match.model) : [];
      if (name !== undefined && others.length === 0 && name !== from) return name;
    }
    return undefined;
  }
}

function isListed(name: string): boolean {
  return builtIn.providers.some((provider) => builtIn.match(provider, name) !== undefined);
}

function sameAsOf(own: OwnPrice | undefined): string | undefined {
  return typeof own === 'object' && own !== null && 'sameAs' in own ? own.sameAs : undefined;
}
