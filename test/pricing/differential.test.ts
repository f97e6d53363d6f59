import assert from 'node:assert/strict';
import test from 'node:test';
import { calcPrice, type PriceCalculationResult } from '@pydantic/genai-prices';
import { addedModels } from '../../scripts/prices/overlay.ts';
import { isUnpriced, usdFromPico } from '../../src/pricing/cost.ts';
import { ModelNames } from '../../src/pricing/match.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { table } from '../../src/pricing/table.ts';
import type { Price, Rates } from '../../src/pricing/types.ts';
import catalogue from './catalogue-2026-07-24.json' with { type: 'json' };
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
  readonly date: string;
  /** What genai-prices has a rate for; undefined when it does not know the model. */
  readonly theirRates: readonly string[] | undefined;
}

const THEIR_KEYS = {
  cacheRead: 'cache_read_mtok',
  cacheWriteOther: 'cache_write_mtok',
  output: 'output_mtok',
};

/** Of models that genai-prices does not know: USD per million tokens in, cached and out, as their source states. */
const OVERLAY_RATES: Readonly<Record<string, readonly (number | undefined)[]>> = {
  'babbage-002': [0.4, undefined, 0.4],
  'claude-fable-5-2': [8, 0.2, 40],
  'claude-haiku-5-5': [0.1, 0.01, 0.5],
  'claude-mythos-5': [10, 1, 50],
  'claude-mythos-5-1': [10, 0.25, 50],
  'codex-auto-review': [5, 0.5, 30],
  'davinci-002': [2, undefined, 2],
  'ft:babbage-002': [1.6, undefined, 1.6],
  'ft:davinci-002': [12, undefined, 12],
  'ft:gpt-4.1': [3, 0.75, 12],
  'ft:gpt-4.1-mini': [0.8, 0.2, 3.2],
  'ft:gpt-4.1-nano': [0.2, 0.05, 0.8],
  'ft:o4-mini': [4, 1, 16],
  'gpt-5.3-codex-spark': [1.75, 0.175, 14],
  'gpt-6.1-sol': [2, 0.1, 10],
  'gpt-6.1-terra': [1, 0.05, 5],
  'gpt-6.2-sol': [2, 0.1, 10],
  'gpt-image-2.5-sunburst': [5, undefined, undefined],
  'gpt-image-2.6-sunburst': [5, 1.25, undefined],
  'omni-moderation': [0, undefined, 0],
};
/** The same of those that are charged by something else than tokens: no call of tokens has a price. */
const OVERLAY_UNITS = [
  'dall-e-2',
  'dall-e-3',
  'gpt-live-1',
  'gpt-live-transcribe',
  'gpt-realtime-translate',
  'gpt-realtime-whisper',
  'tts-1',
  'tts-1-hd',
];

/** Every difference between the two must be one of these, and each of these must occur. */
const EXPLANATIONS: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'genai-prices bills a class without a rate as plain input or as nothing; here it has no price': ({
    reason,
    theirRates,
  }) =>
    Object.entries(THEIR_KEYS).some(
      ([name, key]) => reason === `no_rate:${name}` && theirRates?.includes(key) === false,
    ),
  'genai-prices does not know the model; OVERLAY_RATES and the catalogue have its figures': ({
    model,
    theirRates,
  }) => theirRates === undefined && Object.hasOwn(OVERLAY_RATES, model),
  'genai-prices does not know the model, which is not charged by the token': ({
    model,
    theirRates,
    reason,
  }) => theirRates === undefined && OVERLAY_UNITS.includes(model) && reason === 'no_rate:input',
  'Sonnet 5.5: an open prefix takes the price of Sonnet 5, which was its own until its cache read was cut': ({
    model,
    call,
    date,
  }) => model === 'claude-sonnet-5-5' && date >= '2026-10-07' && /cache|above 272/.test(call),
  'gpt-5.4-pro and gpt-5.5-pro: cached input is that of the catalogue; genai-prices bills it as plain': ({
    model,
    theirRates,
  }) => /^gpt-5\.[45]-pro$/.test(model) && theirRates?.includes(THEIR_KEYS.cacheRead) === false,
  'the 272,000th token: genai-prices starts long context at it, OpenAI after it': ({ model, call }) =>
    call === 'at 272,000' && /^gpt-(5\.4|5\.5|5\.6|6-astra)/.test(model),
  'Sonnet 4 above 200,000 tokens, which genai-prices lacks': ({ model, call }) =>
    model === 'claude-sonnet-4-0' && /above 200|272/.test(call),
  'charged by the second: genai-prices takes tokens for nothing there': ({ model, reason }) =>
    (model === 'whisper-1' || model === 'gpt-transcribe') && reason === 'no_rate:input',
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
          const theirRates = theirs === null ? undefined : Object.keys(theirs.model_price);
          const reason = isUnpriced(ours) ? ours.reason : undefined;
          const difference = { model, call, date, reason, theirRates };
          const why = Object.keys(EXPLANATIONS).find((name) => EXPLANATIONS[name]?.(difference));
          if (why === undefined) unexplained.push({ ...difference, ours, theirs: theirs?.total_price });
          else used.add(why);
        }
      }
    }
  }
  assert.deepEqual(unexplained, []);
  assert.deepEqual([...used].sort(), Object.keys(EXPLANATIONS).sort());
  assert.ok(compared > 3000, `${compared}`);
});

test('models that genai-prices does not know cost what their source states, and none is left out', () => {
  const { anthropic, openai } = table.providers;
  for (const [model, usd] of Object.entries(OVERLAY_RATES)) {
    const { rates } = (openai?.models[model] ?? anthropic?.models[model])?.at(-1) ?? assert.fail(model);
    const ours = [rates.input, rates.cacheRead, rates.output];
    assert.deepEqual(
      ours,
      usd.map((rate) => rate && Math.round(rate * 1e6)),
      model,
    );
  }
  // Of Sonnet 5.5, genai-prices takes the price of another.
  const listed = [...Object.keys(OVERLAY_RATES), ...OVERLAY_UNITS, 'claude-sonnet-5-5'];
  assert.deepEqual(listed.sort(), addedModels.map(({ model }) => model).sort());
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

/** What a figure of the catalogue is a rate of. Suffixes name the tier and the threshold. */
const CATALOGUE_CLASSES: Readonly<Record<string, keyof Rates>> = {
  input_cost_per_token: 'input',
  cache_read_input_token_cost: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWriteOther',
  cache_creation_input_token_cost_above_1hr: 'cacheWrite1h',
  output_cost_per_token: 'output',
  input_cost_per_audio_token: 'inputAudio',
  cache_read_input_audio_token_cost: 'cachedAudio',
  output_cost_per_audio_token: 'outputAudio',
  input_cost_per_image_token: 'inputImage',
  output_cost_per_image_token: 'outputImage',
};
const CATALOGUE_TIERS: Readonly<Record<string, string>> = {
  batches: 'batch',
  flex: 'flex',
  priority: 'priority',
};

interface Figure {
  readonly model: string;
  readonly key: string;
  readonly theirs: number;
  /** Undefined where the table has no such price. */
  readonly ours: number | undefined;
  readonly tier: string | undefined;
  readonly source: string;
}

/** Every figure that is another one here must be one of these, and each of these must occur. */
const CATALOGUE_EXPLANATIONS: Readonly<Record<string, (figure: Figure) => boolean>> = {
  'the cache write of Sonnet 4, copied to older models whose rule is twice the input': ({ model, key }) =>
    /^claude-3-(haiku|opus)/.test(model) && key.endsWith('_above_1hr'),
  "fast mode: Anthropic's pricing page of November has x2 for Opus 4.8, and none for Fable 5 and Mythos 5": ({
    model,
    key,
  }) => /^claude-(fable-5|mythos-5|opus-4-8)$/.test(model) && key === 'fast',
  "priority of gpt-5.5 and gpt-5-nano: OpenAI's page has $12.50/$75, and nothing": ({ model, tier }) =>
    /^gpt-(5\.5|5-nano)(-2026|$)/.test(model) && tier === 'priority',
  'half of $0.25 is $0.125; the catalogue rounds it': ({ model, key }) =>
    /^gpt-5\.4(-2026|$)/.test(model) && key === 'cache_read_input_token_cost_flex',
  'audio has a rate of its own in genai-prices: $6 and $3, where the catalogue repeats that of text': ({
    model,
    key,
  }) => /^gpt-4o-(mini-)?transcribe/.test(model) && key === 'input_cost_per_audio_token',
  'gpt-4o-mini-tts: $0.60 in, $12 out in genai-prices; the figure by the second is an estimate': ({
    model,
  }) => model.startsWith('gpt-4o-mini-tts'),
  'these models write nothing but images: their rate of output is that of images': ({ model, key, theirs }) =>
    /^gpt-image-1(-mini)?$/.test(model) &&
    key === 'output_cost_per_image_token' &&
    current(model)?.rates.output === theirs,
  'gpt-realtime-2 has the $24 of 2.1, as genai-prices says': ({ model, key }) =>
    model === 'gpt-realtime-2' && key === 'output_cost_per_token',
  "realtime's price of an image is that of an image token": ({ model, key, theirs }) =>
    key === 'input_cost_per_image' && current(model)?.rates.inputImage === theirs,
  'no usage reports audio that is written to a cache': ({ key }) =>
    key === 'cache_creation_input_audio_token_cost',
  'search fees that usage does not report: the whole model has no price': ({ source }) => source === '',
  'the fee of the old search preview, where all other models have $0.01 a search': ({ model, key }) =>
    model === 'gpt-4o-mini-2024-07-18' && key === 'search_context_cost_per_query',
  'a third of a pico-dollar a second is lost in $0.017 a minute': ({ model, key, theirs }) =>
    model === 'gpt-realtime-whisper' &&
    key === 'input_cost_per_second' &&
    Math.round((current(model)?.units?.audioMinute ?? 0) / 60) === theirs,
};

test("every model of the catalogue is known, and every figure is the table's, or the difference is explained", () => {
  const unexplained: Figure[] = [];
  const used = new Set<string>();
  let same = 0;

  for (const [model, entry] of Object.entries(catalogue.models)) {
    for (const figure of figuresOf(model, entry)) {
      if (figure.ours === figure.theirs) {
        same++;
        continue;
      }
      const why = Object.keys(CATALOGUE_EXPLANATIONS).find((name) => CATALOGUE_EXPLANATIONS[name]?.(figure));
      if (why === undefined) unexplained.push(figure);
      else used.add(why);
    }
  }
  assert.deepEqual(unexplained, []);
  assert.deepEqual([...used].sort(), Object.keys(CATALOGUE_EXPLANATIONS).sort());
  assert.equal(Object.keys(catalogue.models).length, 156);
  assert.ok(same > 800, `${same}`);
});

const CATALOGUE_DAY = '2026-07-24';
const modelNames = new ModelNames(table);

function current(model: string): Price | undefined {
  const match = modelNames.match(model.startsWith('claude-') ? 'anthropic' : 'openai', model);
  assert.ok(match, `${model} is unknown`);
  return match.prices.find(({ from, until = '9999' }) => from <= CATALOGUE_DAY && CATALOGUE_DAY < until);
}

/** The figures of one model, beside those that the table had on that day, in pico-dollars. */
function figuresOf(model: string, entry: object): Figure[] {
  const price = current(model);
  const figure = (key: string, usd: number, ours: number | undefined, tier?: string): Figure => {
    return { model, key, theirs: Math.round(usd * 1e12), ours, tier, source: price?.source ?? '' };
  };
  return Object.entries(entry).flatMap(([key, value]) => {
    if (key === 'search_context_cost_per_query')
      return Object.values(value as Record<string, number>).map((usd) =>
        figure(key, usd, price?.toolFees?.web_search),
      );
    if (key === 'provider_specific_entry')
      return Object.entries(value as Record<string, number>).map(([name, factor]) =>
        figure(name, factor, factorOf(price, name)),
      );
    if (typeof value !== 'number') return [];
    const [, base = key, limit, suffix] =
      /^(.*?)(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$/.exec(key) ?? [];
    const tier = suffix === undefined ? undefined : CATALOGUE_TIERS[suffix];
    const set = tier === undefined ? price : price?.tiers?.[tier];
    const isAbove = Number(limit) * 1000 === set?.threshold?.aboveInputTokens;
    const rates = limit === undefined ? set?.rates : isAbove ? set?.threshold?.rates : undefined;
    const rate = CATALOGUE_CLASSES[base];
    return [figure(key, value, rate && rates?.[rate], tier)];
  });
}

/** A factor on the standard rates, in the unit of `Figure`. */
function factorOf(price: Price | undefined, name: string): number | undefined {
  const input = price?.tiers?.[name === 'us' ? 'regional' : name]?.rates.input;
  return input === undefined ? undefined : Math.round((input / (price?.rates.input ?? 0)) * 1e12);
}
