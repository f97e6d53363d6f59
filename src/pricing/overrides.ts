import { type Fraction, fractionOf, millionths, product } from './fraction.ts';
import { OwnModels, type OwnPrice, type OwnRates, type PriceOptions, type ToolFees } from './own-prices.ts';
import type { Price, Rates } from './types.ts';

export type { OwnPrice, OwnRates, PriceOptions } from './own-prices.ts';
export { checkPrices, priceEntries } from './own-schema.ts';

/** A price of one's own, ready for use: exactly one of `price`, `free`, `sameAs` and `factor`, or one with a factor. */
export interface Override {
  readonly name: string;
  readonly price?: Price | undefined;
  readonly free?: boolean | undefined;
  /** A name that the table knows, or nobody. */
  readonly sameAs?: string | undefined;
  readonly factor?: Fraction | undefined;
  /** Pico-dollars per call. */
  readonly toolFees?: Readonly<Record<string, number>> | undefined;
}

export class Overrides {
  readonly factor: Fraction | undefined;
  readonly toolFees: Override['toolFees'];
  readonly models: ReadonlyMap<string, Override>;

  constructor({ models = {}, factor, toolFees }: PriceOptions = {}) {
    this.factor = factor === undefined ? undefined : fractionOf(factor);
    this.toolFees = toolFees && inPicoDollars(toolFees);
    const own = new OwnModels(models);
    const chainOf = (name: string) =>
      own.follow(name).names.map((link) => overrideOf(link, models[link] as OwnPrice));
    this.models = new Map(Object.keys(models).map((name) => [name, joined(chainOf(name))]));
  }
}

export const NO_OVERRIDES = new Overrides();

/** Entries of which each is the same as the next, as one. */
function joined(chain: readonly Override[]): Override {
  const [{ name }, last] = [chain[0], chain.at(-1)] as [Override, Override];
  const fees = chain.flatMap(({ toolFees }) => (toolFees ? [toolFees] : [])).reverse();
  const isOfTable = last.price === undefined && last.free === undefined;
  return {
    ...last,
    name,
    ...(isOfTable && chain.length > 1 && { sameAs: last.sameAs ?? last.name }),
    factor: chain.reduce<Fraction | undefined>((factor, link) => product(factor, link.factor), undefined),
    toolFees: fees.length > 0 ? Object.assign({}, ...fees) : undefined,
  };
}

function overrideOf(name: string, own: OwnPrice): Override {
  if ('free' in own) return { name, free: true };
  const fees = own.toolFees && { toolFees: inPicoDollars(own.toolFees) };
  if ('input' in own) return { name, price: priceOf(own), ...fees };
  return {
    name,
    ...('sameAs' in own && { sameAs: own.sameAs }),
    ...(own.factor !== undefined && { factor: fractionOf(own.factor) }),
    ...fees,
  };
}

function priceOf({ cacheWrite, toolFees: _, ...own }: OwnRates): Price {
  const writes =
    cacheWrite === undefined
      ? {}
      : {
          cacheWrite5m: cacheWrite,
          cacheWrite1h: cacheWrite,
          cacheWrite12h: cacheWrite,
          cacheWriteOther: cacheWrite,
        };
  const rates = Object.entries({ ...own, ...writes }).flatMap(([name, usd]) =>
    usd === undefined ? [] : [[name, millionths(usd)]],
  );
  return {
    from: '1970-01-01',
    verifiedAt: '1970-01-01',
    source: 'config',
    rates: Object.fromEntries(rates) as Rates & { input: number },
  };
}

const PICO_PER_MILLIONTH = 1_000_000;

function inPicoDollars(fees: ToolFees): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(fees).map(([tool, usd]) => [tool, millionths(usd) * PICO_PER_MILLIONTH]),
  );
}
