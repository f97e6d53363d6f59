import { ModelNames } from '../pricing/match.ts';
import { bookOf } from '../pricing/price.ts';
import { table } from '../pricing/table.ts';
import { NO_COUNTS, textOutput, uncachedInput } from '../usage.ts';
import type { EstimateRequest } from './types.ts';

const NOTHING = { input: uncachedInput(0), output: textOutput(0), serverTools: NO_COUNTS, raw: undefined };
const names = new ModelNames(table);

/**
 * The name by which a model is known, since how it counts depends on what it is: without a gateway's or a vendor's
 * additions, and as the user's own prices say (`sameAs`). What is not known keeps its name.
 */
export function knownName({ provider, model, prices, at }: EstimateRequest): string {
  const priced = bookOf(prices).price({ provider, model: [model], usage: NOTHING, at });
  const name = 'reason' in priced ? model : priced.model;
  return names.match(provider, name)?.model ?? name;
}
