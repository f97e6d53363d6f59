import { table } from '../pricing/table.ts';
import type { Price } from '../pricing/types.ts';
import { LABEL } from './promql.ts';
import type { RuleGroup } from './types.ts';

/** Dollars that a token from a cache costs less than one of its model's input. */
export const CACHE_SAVING = 'model:tokenmeter_cache_read_saving_usd:per_token';

const PICO = 1e12;

/** What a counter cannot tell: what would have been paid. At list prices, of models under their own names. */
export function cacheSavingGroups(): RuleGroup[] {
  const savings = new Map<string, number>();
  for (const { models } of Object.values(table.providers)) {
    for (const [model, prices] of Object.entries(models)) {
      const saving = savingOf(prices);
      if (saving !== undefined) savings.set(model, saving);
    }
  }
  return [
    {
      name: 'tokenmeter-cache-savings',
      rules: [...savings].map(([model, saving]) => ({
        record: CACHE_SAVING,
        labels: { [LABEL.requestModel]: model },
        expr: `vector(${saving})`,
      })),
    },
  ];
}

/** Of the price that holds until further notice. */
function savingOf(prices: readonly Price[]): number | undefined {
  const rates = prices.find(({ until }) => until === undefined)?.rates;
  if (rates?.input === undefined || rates.cacheRead === undefined || rates.cacheRead >= rates.input)
    return undefined;
  return (rates.input - rates.cacheRead) / PICO;
}
