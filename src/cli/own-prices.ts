import { type MeterPrices, resolveConfig } from '../config.ts';

/** What the app's environment says of prices. Throws a ConfigError when that cannot be used. */
export function ownPrices(): MeterPrices | undefined {
  const { TOKENMETER_PRICES } = process.env;
  return resolveConfig({}, { TOKENMETER_PRICES }).meter.prices;
}
