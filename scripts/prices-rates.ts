import type { Rates, TokenClass } from '../src/pricing/types.ts';
import type { UsdRates } from './prices-overlay.ts';
import type { Fraction } from './prices-tiers.ts';

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

/** USD per million units as integer pico-dollars per unit, exactly: a figure that does not fit fails. */
export function picoPerUnit(usdPerMillion: number): number {
  const decimal = usdPerMillion.toFixed(12);
  const [whole = '', fraction = ''] = decimal.split('.');
  if (usdPerMillion < 0 || Number(decimal) !== usdPerMillion || !/^\d{6}0{6}$/.test(fraction)) {
    throw new Error(`$${usdPerMillion} per million is no whole number of pico-dollars`);
  }
  return Number(whole + fraction.slice(0, 6));
}

/** Rates in the table's unit and order. */
export function ratesOf(usd: UsdRates): Rates {
  const rates: Partial<Record<TokenClass, number>> = {};
  for (const name of CLASSES) {
    const rate = usd[name];
    if (rate !== undefined) rates[name] = picoPerUnit(rate);
  }
  return withInput(rates);
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
  return withInput(products);
}

function withInput(rates: Partial<Record<TokenClass, number>>): Rates {
  const { input } = rates;
  if (input === undefined) throw new Error(`No input rate in ${JSON.stringify(rates)}`);
  return { ...rates, input };
}
