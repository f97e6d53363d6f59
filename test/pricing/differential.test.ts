import assert from 'node:assert/strict';
import test from 'node:test';
import { calcPrice, type PriceCalculationResult } from '@pydantic/genai-prices';
import { addedModels } from '../../scripts/prices-overlay.ts';
import { isUnpriced, usdFromPico } from '../../src/pricing/cost.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { table } from '../../src/pricing/table.ts';
import { usageOf } from './records.ts';

const DATES = ['2025-06-01', '2026-03-01', '2026-07-31', '2026-11-22'];

const CALLS = {
  plain: { uncached: 1000, text: 500 },
  'cache read': { uncached: 300, cacheRead: 700, text: 500 },
  'cache write': { uncached: 300, cacheRead: 200, cacheWrite: 500, text: 500 },
  'input only': { uncached: 7 },
  'at 200,000': { uncached: 200_000, text: 10 },
  'above 200,000': { uncached: 200_001, text: 10 },
  'at 272,000': { uncached: 272_000, text: 10 },
  'above 272,000': { uncached: 200_000, cacheRead: 72_001, text: 10 },
} as const;

interface Difference {
  readonly model: string;
  readonly call: string;
  /** Why our table has no price, if it has none. */
  readonly reason: string | undefined;
  /** What genai-prices has a rate for. */
  readonly theirRates: readonly string[];
}

const THEIR_KEYS = {
  cacheRead: 'cache_read_mtok',
  cacheWriteOther: 'cache_write_mtok',
  output: 'output_mtok',
};
const overlayModels = new Set(addedModels.map(({ model }) => model));

/** Every difference between the two must be one of these, and each of these must occur. */
const EXPLANATIONS: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'genai-prices bills a class without a rate as plain input or as nothing; here it has no price': ({
    reason,
    theirRates,
  }) =>
    Object.entries(THEIR_KEYS).some(
      ([name, key]) => reason === `no_rate:${name}` && !theirRates.includes(key),
    ),
  'models of the overlay, which genai-prices lacks or matches by an open prefix': ({ model }) =>
    overlayModels.has(model),
  'the 272,000th token: genai-prices starts long context at it, OpenAI after it': ({ model, call }) =>
    call === 'at 272,000' && /^gpt-(5\.4|5\.5|5\.6|6-astra)/.test(model),
  'Sonnet 4 above 200,000 tokens, which genai-prices lacks': ({ model, call }) =>
    model === 'claude-sonnet-4-0' && /above 200|272/.test(call),
  'usage does not tell generated images from text': ({ reason }) => reason === 'no_split:output',
};

test('plain, cached and long calls cost what genai-prices says, or the difference is explained', () => {
  const unexplained: object[] = [];
  const used = new Set<string>();
  let compared = 0;

  for (const [provider, { models }] of Object.entries(table.providers)) {
    for (const [model, prices] of Object.entries(models)) {
      if (prices.length === 0) continue;
      for (const [call, parts] of Object.entries(CALLS)) {
        for (const date of DATES) {
          const at = new Date(date);
          const ours = priceCall({ provider, model: [model], usage: usageOf(parts), at });
          const theirs = theirPrice(provider, model, parts, at);
          compared++;
          const same = !isUnpriced(ours) && isClose(usdFromPico(ours.picoUsd), theirs?.total_price);
          if (same) continue;
          const theirRates = Object.keys(theirs?.model_price ?? {});
          const difference = { model, call, reason: isUnpriced(ours) ? ours.reason : undefined, theirRates };
          const why = Object.keys(EXPLANATIONS).find((name) => EXPLANATIONS[name]?.(difference));
          if (why === undefined) unexplained.push({ ...difference, date, ours, theirs: theirs?.total_price });
          else used.add(why);
        }
      }
    }
  }
  assert.deepEqual(unexplained, []);
  assert.deepEqual([...used].sort(), Object.keys(EXPLANATIONS).sort());
  assert.ok(compared > 3000, `${compared}`);
});

function theirPrice(
  providerId: string,
  model: string,
  parts: { uncached?: number; cacheRead?: number; cacheWrite?: number; text?: number },
  timestamp: Date,
): PriceCalculationResult {
  const { uncached = 0, cacheRead = 0, cacheWrite = 0, text = 0 } = parts;
  // The one name for which theirs matches only with something behind it.
  const name = model.startsWith('ft:gpt-4o') ? model.replace(/$/, '-2024-07-18:org::id') : model;
  return calcPrice(
    {
      input_tokens: uncached + cacheRead + cacheWrite,
      cache_read_tokens: cacheRead,
      cache_write_tokens: cacheWrite,
      output_tokens: text,
    },
    name,
    { providerId, timestamp },
  );
}

function isClose(ours: number, theirs: number | undefined): boolean {
  return theirs !== undefined && Math.abs(ours - theirs) <= 1e-12 + theirs * 1e-12;
}
