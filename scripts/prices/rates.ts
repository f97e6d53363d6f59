import type { Rates, TokenClass, UnitPrices } from '../../src/pricing/types.ts';
import type { UsdRates, UsdUnits } from './overlay.ts';
import type { Fraction } from './tiers.ts';

const CLASSES: readonly TokenClass[] = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'cacheWrite12h',
  'cacheWriteOther',
  'output',
  'inputAudio',
  'cachedAudio',
  'outputAudio',
  'inputImage',
  'cachedImage',
  'outputImage',
];

const DECIMALS = 12;

/** USD per million units as integer pico-dollars per unit, exactly: a figure that does not fit fails. */
export function picoPerUnit(usdPerMillion: number): number {
  return scaled(usdPerMillion, 6);
}

/** USD as integer pico-dollars, exactly: a figure that does not fit fails. */
export function picoDollars(usd: number): number {
  return scaled(usd, DECIMALS);
}

function scaled(usd: number, decimals: number): number {
  const decimal = usd.toFixed(DECIMALS);
  const [whole = '', fraction = ''] = decimal.split('.');
  if (!(usd >= 0) || Number(decimal) !== usd || Number(fraction.slice(decimals)) !== 0)
    throw new Error(`$${usd} is no whole number of pico-dollars`);
  return Number(whole + fraction.slice(0, decimals));
}

/** Prices of other units than tokens, in the table's unit and order. */
export function unitsOf({ perHour, perMinute, perMillionCharacters, perImage }: UsdUnits): UnitPrices {
  const audioMinute = perMinute === undefined ? ofHour(perHour) : picoDollars(perMinute);
  const images = Object.entries(perImage ?? {}).map(([kind, usd]) => [kind, picoDollars(usd)]);
  return {
    ...(audioMinute !== undefined && { audioMinute }),
    ...(perMillionCharacters !== undefined && { character: picoPerUnit(perMillionCharacters) }),
    ...(perImage && { image: Object.fromEntries(images) }),
  };
}

function ofHour(usd: number | undefined): number | undefined {
  if (usd === undefined) return undefined;
  const perMinute = picoDollars(usd) / 60;
  if (!Number.isInteger(perMinute)) throw new Error(`$${usd} an hour is no whole number a minute`);
  return perMinute;
}

/** Rates in the table's unit and order. */
export function ratesOf(usd: UsdRates): Rates {
  const rates: Partial<Record<TokenClass, number>> = {};
  for (const name of CLASSES) {
    const rate = usd[name];
    if (rate !== undefined) rates[name] = picoPerUnit(rate);
  }
  return rates;
}

/** Each rate times the fraction, in the table's order; only of the named classes, if any are named. */
export function multiply(rates: Rates, [numerator, denominator]: Fraction, classes = CLASSES): Rates {
  const products: Partial<Record<TokenClass, number>> = {};
  for (const name of CLASSES) {
    const rate = rates[name];
    if (rate === undefined || !classes.includes(name)) continue;
    const product = (rate * numerator) / denominator;
    if (!Number.isSafeInteger(product))
      throw new Error(`${rate} * ${numerator}/${denominator} is no integer`);
    products[name] = product;
  }
  return products;
}
