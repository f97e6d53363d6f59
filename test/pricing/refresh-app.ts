/** Refreshes its prices from the first argument, and has nothing else to do than to wait for the first table. */
import { refreshPrices } from '../../src/pricing/refresh.ts';

const stayMs = Number(process.env.STAY_MS ?? 20_000);
const staying = setTimeout(() => {}, stayMs);
refreshPrices({ from: process.argv[2] ?? '' }, ({ version }) => {
  console.log(version);
  clearTimeout(staying);
});
