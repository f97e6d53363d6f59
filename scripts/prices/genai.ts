import { type ConditionalPrice, findProvider, type MatchLogic, type ModelInfo } from '@pydantic/genai-prices';
import type { TokenClass } from '../../src/pricing/types.ts';
import { fragments, knownNames, leftOut } from './names.ts';
import type { UsdRates, UsdUnits } from './overlay.ts';

export interface SourceModel {
  readonly model: string;
  /** Other exact names. */
  readonly names: readonly string[];
  readonly prices: readonly SourcePrice[];
}

export interface SourcePrice {
  readonly from: string | undefined;
  readonly rates: UsdRates;
  readonly long?: { readonly aboveInputTokens: number; readonly rates: UsdRates };
  readonly units?: UsdUnits;
  /** USD per call. */
  readonly toolFees: Readonly<Record<string, number>>;
}

const CLASSES: Readonly<Record<string, TokenClass>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWriteOther',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_mtok: 'output',
  input_audio_mtok: 'inputAudio',
  cache_audio_read_mtok: 'cachedAudio',
  output_audio_mtok: 'outputAudio',
  input_image_mtok: 'inputImage',
  cache_image_read_mtok: 'cachedImage',
  output_image_mtok: 'outputImage',
};

const TOOLS: Readonly<Record<string, string>> = {
  web_searches_kcount: 'web_search',
  storage_searches_kcount: 'file_search',
};

/** Two names of one price: that of an hour of audio. */
const AUDIO = new Set(['audio_hours', 'input_audio_hours']);

/** The provider's models in genai-prices, without those that are left out. */
export function readGenaiPrices(providerId: string): SourceModel[] {
  const provider = findProvider({ providerId });
  if (provider === undefined) throw new Error(`genai-prices has no provider ${providerId}`);
  const excluded = new Set(
    leftOut.filter((entry) => entry.provider === providerId).flatMap(({ names }) => names),
  );
  return provider.models.filter(({ id }) => !excluded.has(id)).map((info) => readModel(info, excluded));
}

function readModel(info: ModelInfo, excluded: ReadonlySet<string>): SourceModel {
  const model = info.id.replace(/-$/, '');
  const names = new Set([...namesIn(info.match), ...(knownNames[model] ?? [])]);
  for (const name of [model, ...excluded]) names.delete(name);
  const history: ConditionalPrice[] = Array.isArray(info.prices) ? info.prices : [{ prices: info.prices }];
  return { model, names: [...names], prices: history.map((price) => readPrice(info.id, price)) };
}

/** The exact names that a clause says. Date suffixes, which it matches besides, are the matcher's business. */
function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn);
  if ('equals' in match) return [match.equals];
  if ('regex' in match) return [];
  const beginning =
    'starts_with' in match ? match.starts_with : 'contains' in match ? match.contains : undefined;
  if (beginning === undefined) throw new Error(`Unknown match clause ${JSON.stringify(match)}`);
  if (fragments.has(beginning)) return [];
  const name = beginning === 'ft:gpt-3.5-turbo-' ? 'ft:gpt-3.5-turbo' : beginning;
  if (!/[a-z0-9]$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name; list it as a fragment`);
  return [name];
}

function readPrice(id: string, { constraint, prices }: ConditionalPrice): SourcePrice {
  if (constraint !== undefined && constraint.type !== 'start_date')
    throw new Error(`${id}: ${constraint.type}`);
  const rates: Partial<Record<TokenClass, number>> = {};
  const longRates: Partial<Record<TokenClass, number>> = {};
  const toolFees: Record<string, number> = {};
  const starts = new Set<number>();
  const hours = new Set<number>();

  for (const [key, price] of Object.entries(prices)) {
    const name = CLASSES[key];
    const tool = TOOLS[key];
    if (tool !== undefined && typeof price === 'number') toolFees[tool] = price / 1000;
    else if (AUDIO.has(key) && typeof price === 'number') hours.add(price);
    else if (name === undefined || price === undefined) throw new Error(`${id}: cannot use ${key}`);
    else if (typeof price === 'number') rates[name] = longRates[name] = price;
    else {
      const [tier, ...more] = price.tiers;
      if (tier === undefined || more.length > 0) throw new Error(`${id}: ${key} must have one threshold`);
      rates[name] = price.base;
      longRates[name] = tier.price;
      starts.add(tier.start);
    }
  }
  if (starts.size > 1) throw new Error(`${id}: several thresholds ${[...starts]}`);
  const [aboveInputTokens] = starts;
  if (hours.size > 1) throw new Error(`${id}: several prices of audio ${[...hours]}`);
  const [perHour] = hours;
  return {
    from: constraint?.start_date,
    rates,
    ...(aboveInputTokens !== undefined && { long: { aboveInputTokens, rates: longRates } }),
    ...(perHour !== undefined && { units: { perHour } }),
    toolFees,
  };
}
