import { NO_COUNTS, type Usage, type UsagePart } from '../usage.ts';
import { costOf, isUnpriced } from './cost.ts';
import { type Match, ModelNames } from './match.ts';
import {
  checkPrices,
  NO_OVERRIDES,
  type Override,
  Overrides,
  type PriceOptions,
  scale,
} from './overrides.ts';
import { table } from './table.ts';
import { REGIONAL } from './tier.ts';
import type { Cost, CostClass, Price, PricedCall, PriceTable, Unpriced } from './types.ts';

export interface CallToPrice {
  /** Whose price list it is. */
  readonly provider: string;
  /** Who stands between, such as a cloud: prices of the user's own may hold for one vendor only. */
  readonly vendor?: string | undefined;
  /** The response's name of the model, then the request's; a later one counts only if no earlier one is known. */
  readonly model: readonly unknown[];
  readonly usage: Usage;
  /** When the call was made; now, if left out. */
  readonly at?: Date | undefined;
}

/** A table of prices, and what the user's own prices change in it. */
export class PriceBook {
  readonly #overrides: Overrides;
  #table: PriceTable;
  #names: ModelNames;

  constructor(prices: PriceTable, overrides: Overrides = NO_OVERRIDES) {
    this.#overrides = overrides;
    this.#table = prices;
    this.#names = new ModelNames(prices);
  }

  get table(): PriceTable {
    return this.#table;
  }

  /** Takes a newer table. */
  set table(prices: PriceTable) {
    this.#names = new ModelNames(prices);
    this.#table = prices;
  }

  /** What a call cost at the prices of its day. */
  readonly price = (call: CallToPrice): PricedCall | Unpriced => {
    const { usage, model } = call;
    if (usage.billedElsewhere) return this.#free(String(model.find((name) => typeof name === 'string')));
    return usage.parts ? this.#priceParts(call, usage.parts) : this.#priceOne(call);
  };

  #priceOne(call: CallToPrice): PricedCall | Unpriced {
    const vendor = call.vendor ?? call.provider;
    const named = this.#overrides.find(vendor, call.model);
    if (named?.price || named?.free) return this.#own(named, call.usage);

    const names = named?.sameAs === undefined ? call.model : [named.sameAs];
    if (!this.#names.hasProvider(call.provider)) return { reason: 'unknown_provider' };
    const match = this.#matchFirst(call.provider, names);
    if (match === undefined) return { reason: 'unknown_model' };
    // What is said of a model holds for all names that it has.
    const own = named ?? this.#overrides.find(vendor, [match.model]);
    if (own?.price || own?.free) return this.#own(own, call.usage);
    const cost = costAt(match, call);
    if (isUnpriced(cost)) return cost;
    return {
      ...scale(cost, own?.factor ?? this.#overrides.factor),
      model: match.model,
      confidence: match.confidence,
      tableVersion: this.#table.version,
    };
  }

  /** Each part at the price of its own model; the fees of tools are those of the whole. */
  #priceParts(call: CallToPrice, parts: readonly UsagePart[]): PricedCall | Unpriced {
    let sum: PricedCall | undefined;
    let { serverTools } = call.usage;
    for (const { model, input, output } of parts) {
      const { parts: _, ...whole } = call.usage;
      const usage = { ...whole, input, output, serverTools };
      const priced = this.#priceOne({ ...call, usage, model: model === undefined ? call.model : [model] });
      if (isUnpriced(priced)) return priced;
      sum = sum === undefined ? priced : { ...sum, ...add(sum, priced) };
      serverTools = NO_COUNTS;
    }
    return sum ?? { reason: 'unknown_model' };
  }

  #own({ name, price }: Override, usage: Usage): PricedCall | Unpriced {
    const free = this.#free(name);
    if (price === undefined) return free;
    const cost = costOf(flat(usage), price);
    return isUnpriced(cost) ? cost : { ...free, ...cost };
  }

  #free(model: string): PricedCall {
    return { picoUsd: 0n, byClass: {}, model, confidence: 'exact', tableVersion: this.#table.version };
  }

  #matchFirst(provider: string, names: readonly unknown[]): Match | undefined {
    let passedOver = false;
    let first: Match | undefined;
    for (const name of names) {
      const match = this.#names.match(provider, name);
      if (first === undefined) {
        if (match === undefined) passedOver ||= typeof name === 'string';
        else first = passedOver ? { ...match, confidence: 'assumed' } : match;
      } else if (match?.regional && match.model === first.model) {
        // Bedrock's answers name the model without the region that the request named.
        return { ...first, regional: true };
      }
    }
    return first;
  }
}

/** The prices of the package itself. */
const builtIn = new PriceBook(table);
export const priceCall = builtIn.price;
export const tableVersion = table.version;

const books = new WeakMap<PriceOptions, PriceBook>();

/** The package's prices with these of the user's own. Throws a ConfigError when they cannot be used. */
export function bookOf(prices: PriceOptions | undefined): PriceBook {
  if (prices === undefined) return builtIn;
  let book = books.get(prices);
  if (!book) {
    book = new PriceBook(table, new Overrides(checkPrices(prices)));
    books.set(prices, book);
  }
  return book;
}

function costAt({ prices, regional }: Match, { usage, at }: CallToPrice): Cost | Unpriced {
  const time = at === undefined ? Date.now() : at.getTime();
  if (Number.isNaN(time)) return { reason: 'bad_date' };
  const price = priceAt(prices, time);
  if (price === undefined) return { reason: 'no_price' };
  return costOf(regional ? { ...usage, region: REGIONAL } : usage, price);
}

function priceAt(prices: readonly Price[], time: number): Price | undefined {
  return prices.find(
    ({ from, until }) => startOf(from) <= time && (until === undefined || time < startOf(until)),
  );
}

const starts = new Map<string, number>();

/** Milliseconds since the epoch. The table has few days, and each call asks for some: parsed once. */
function startOf(day: string): number {
  let start = starts.get(day);
  if (start === undefined) {
    start = Date.parse(day);
    starts.set(day, start);
  }
  return start;
}

/** A price of the user's own holds for every tier, speed and region. */
function flat({ serviceTier: _, speed: __, region: ___, ...usage }: Usage): Usage {
  return usage;
}

function add(first: Cost, second: Cost): Cost {
  const byClass: Partial<Record<CostClass, bigint>> = { ...first.byClass };
  for (const [name, picoUsd] of Object.entries(second.byClass)) {
    byClass[name as CostClass] = (byClass[name as CostClass] ?? 0n) + picoUsd;
  }
  return { picoUsd: first.picoUsd + second.picoUsd, byClass };
}
