import { NO_COUNTS, type Usage, type UsagePart } from '../usage.ts';
import { costOf, isUnpriced } from './cost.ts';
import { scale } from './fraction.ts';
import { type Match, ModelNames } from './match.ts';
import { checkPrices, NO_OVERRIDES, type Override, Overrides, type PriceOptions } from './overrides.ts';
import { OwnNames } from './own-names.ts';
import { table } from './table.ts';
import { REGIONAL } from './tier.ts';
import { chargeOwnFees } from './tool-fees.ts';
import type { Cost, CostClass, Price, PricedCall, PriceTable, Unpriced } from './types.ts';

export interface CallToPrice {
  /** Whose price list it is. */
  readonly provider: string;
  /** Who stands between, such as a cloud: prices of the user's own may hold for one vendor only. */
  readonly vendor?: string | undefined;
  /** The response's name of the model, then the request's; a later one counts only if no earlier one is known. */
  readonly model: readonly unknown[];
  readonly usage: Usage;
  /** Where the endpoint runs, if the client says: all but `global` has the prices of a regional one. */
  readonly region?: string | undefined;
  /** When the call was made; now, if left out. */
  readonly at?: Date | undefined;
}

/** A call, or a part of one. */
interface Charge extends CallToPrice {
  /** It is the work of another model than the one that was called, which may not be had at the speed of that. */
  readonly isOfAnother?: boolean;
}

/** A table of prices, and what the user's own prices change in it. */
export class PriceBook {
  readonly #overrides: Overrides;
  #table: PriceTable;
  #names: ModelNames;
  #ownNames: OwnNames;

  constructor(prices: PriceTable, overrides: Overrides = NO_OVERRIDES) {
    this.#overrides = overrides;
    this.#table = prices;
    this.#names = new ModelNames(prices);
    this.#ownNames = new OwnNames([...overrides.models.keys()], this.#names);
  }

  get table(): PriceTable {
    return this.#table;
  }

  /** Takes a newer table. */
  set table(prices: PriceTable) {
    this.#names = new ModelNames(prices);
    this.#ownNames = new OwnNames([...this.#overrides.models.keys()], this.#names);
    this.#table = prices;
  }

  /** What a call cost at the prices of its day. */
  readonly price = (call: CallToPrice): PricedCall | Unpriced => {
    const { usage, model, region } = call;
    if (usage.billedElsewhere) return this.#free(String(model.find((name) => typeof name === 'string')));
    const located = region === undefined || region === 'global' ? call : inRegion(call);
    return usage.parts ? this.#priceParts(located, usage.parts) : this.#priceOne(located);
  };

  #priceOne(call: Charge): PricedCall | Unpriced {
    const own = this.#ownOf(call);
    if (own !== undefined && 'reason' in own) return own;
    if (own?.free) return this.#free(own.name);
    if (call.usage.unclear !== undefined) return { reason: `unclear:${call.usage.unclear}` };

    const { usage, fees } = chargeOwnFees(call.usage, this.#overrides.toolFees, own?.toolFees);
    const rest = usage === call.usage ? call : { ...call, usage };
    const match = this.#matchFirst(call.provider, own?.sameAs === undefined ? call.model : [own.sameAs]);
    const cost = own?.price ? ownCost(own.price, match, rest) : this.#listedCost(match, rest);
    if (isUnpriced(cost)) return cost;
    const factor = own?.price || own?.factor ? own.factor : this.#overrides.factor;
    const scaled = scale(cost, factor);
    const listed = own?.price ? undefined : match;
    const { picoUsd, byClass } =
      fees === 0n ? scaled : add(scaled, { picoUsd: fees, byClass: { serverTools: fees } });
    return {
      picoUsd,
      byClass,
      model: listed?.model ?? own?.name ?? '',
      confidence: listed?.confidence ?? 'exact',
      tableVersion: this.#table.version,
    };
  }

  #listedCost(match: Match | undefined, call: Charge): Cost | Unpriced {
    if (match) return costAt(match, call);
    return { reason: this.#names.hasProvider(call.provider) ? 'unknown_model' : 'unknown_provider' };
  }

  /** What the user says of a model holds for all names that it has; of a name, for that name. */
  #ownOf({ provider, vendor = provider, model }: CallToPrice): Override | Unpriced | undefined {
    const { models } = this.#overrides;
    if (models.size === 0) return undefined;
    const named = this.#ownNames.find(vendor, model);
    if (named !== undefined) return models.get(named);
    const match = this.#matchFirst(provider, model);
    const [name, ...others] = match ? this.#ownNames.ofModel(vendor, provider, match.model) : [];
    if (others.length > 0) return { reason: 'ambiguous_own_price' };
    return name === undefined ? undefined : models.get(name);
  }

  /** Each part at the price of its own model; the fees of tools are those of the whole. */
  #priceParts(call: CallToPrice, parts: readonly UsagePart[]): PricedCall | Unpriced {
    const { parts: _, ...whole } = call.usage;
    const isRegional = call.model.some((name) => this.#names.match(call.provider, name)?.regional);
    const shared = isRegional ? { ...whole, region: REGIONAL } : whole;
    const isOfAnother = ({ model }: UsagePart) => model !== undefined && model !== call.model[0];
    const withFees = parts.find((part) => !isOfAnother(part)) ?? parts[0];
    let sum: PricedCall | undefined;
    for (const part of parts) {
      const { input, output } = part;
      const serverTools = part === withFees ? whole.serverTools : NO_COUNTS;
      const priced = this.#priceOne({
        ...call,
        usage: { ...shared, input, output, serverTools },
        ...(isOfAnother(part) && { model: [part.model], isOfAnother: true }),
      });
      if (isUnpriced(priced)) return priced;
      // The model of the answer names the whole.
      sum = sum === undefined ? priced : { ...(part === withFees ? priced : sum), ...add(sum, priced) };
    }
    return sum ?? { reason: 'unknown_model' };
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
      } else if (match?.regional) {
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

function costAt({ prices, regional }: Match, { usage, at, isOfAnother }: Charge): Cost | Unpriced {
  const time = at === undefined ? Date.now() : at.getTime();
  if (Number.isNaN(time)) return { reason: 'bad_date' };
  const price = priceAt(prices, time);
  if (price === undefined) return { reason: 'no_price' };
  const atItsSpeed = isOfAnother && !hasSpeed(price, usage.speed) ? { ...usage, speed: 'standard' } : usage;
  return costOf(regional ? { ...atItsSpeed, region: REGIONAL } : atItsSpeed, price);
}

function hasSpeed({ tiers = {} }: Price, speed: string | undefined): boolean {
  return speed !== undefined && Object.hasOwn(tiers, speed);
}

/** The user's own rates, which hold for every tier, speed and region. Tools cost what the table says of the model. */
function ownCost(own: Price, match: Match | undefined, { usage, at }: Charge): Cost | Unpriced {
  const { serviceTier: _, speed: __, region: ___, ...flat } = usage;
  const toolFees = match && priceAt(match.prices, (at ?? new Date()).getTime())?.toolFees;
  return costOf(flat, toolFees ? { ...own, toolFees } : own);
}

function inRegion(call: CallToPrice): CallToPrice {
  return { ...call, usage: { ...call.usage, region: REGIONAL } };
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

function add(first: Cost, second: Cost): Cost {
  const byClass: Partial<Record<CostClass, bigint>> = { ...first.byClass };
  for (const [name, picoUsd] of Object.entries(second.byClass)) {
    byClass[name as CostClass] = (byClass[name as CostClass] ?? 0n) + picoUsd;
  }
  return { picoUsd: first.picoUsd + second.picoUsd, byClass };
}
