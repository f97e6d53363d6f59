export type { CalculatedCost, CostRequest } from './calculate.ts';
export { calculateCost } from './calculate.ts';
export type { OwnPrice, OwnRates, PriceOptions } from './overrides.ts';
export { tableVersion } from './price.ts';
export type { Confidence, CostClass } from './types.ts';
