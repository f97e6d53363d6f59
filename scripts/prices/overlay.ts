import type { TokenClass } from '../../src/pricing/types.ts';
import type { SourceKey } from './sources.ts';
import { unitModels } from './units.ts';

/** Figures that genai-prices lacks or has differently, in USD per million tokens. */
export type UsdRates = Readonly<Partial<Record<TokenClass, number>>>;

/** What is charged by something else than tokens, in USD. Images by `quality/size`. */
export interface UsdUnits {
  readonly perHour?: number;
  readonly perMinute?: number;
  readonly perMillionCharacters?: number;
  readonly perImage?: Readonly<Record<string, number>>;
}

interface AddedPrice {
  /** First day, UTC. Left out: since the model exists. */
  readonly from?: string;
  readonly source: SourceKey;
  readonly rates?: UsdRates;
  readonly units?: UsdUnits;
  readonly aboveInputTokens?: number;
  /** All rates above that many tokens. */
  readonly longRates?: UsdRates;
}

export interface AddedModel {
  readonly provider: string;
  readonly model: string;
  /** Other exact names. */
  readonly names?: readonly string[];
  readonly prices: readonly AddedPrice[];
}

/** OpenAI's long context: input and cache x2, output x1.5 (`review`, formula 5). */
const LONG_CONTEXT = 272_000;

export const addedModels: readonly AddedModel[] = [
  ...unitModels,
  {
    provider: 'anthropic',
    model: 'claude-mythos-5',
    prices: [
      {
        source: 'catalogue',
        rates: { input: 10, cacheRead: 1, cacheWrite5m: 12.5, cacheWrite1h: 20, output: 50 },
      },
    ],
  },
  {
    provider: 'anthropic',
    model: 'claude-mythos-5-1',
    prices: [
      {
        source: 'anthropic-pricing',
        rates: { input: 10, cacheRead: 0.25, cacheWrite5m: 12.5, cacheWrite1h: 20, output: 50 },
      },
    ],
  },
  {
    provider: 'anthropic',
    model: 'claude-fable-5-2',
    prices: [
      {
        source: 'anthropic-fable-5-2',
        rates: { input: 8, cacheRead: 0.2, cacheWrite5m: 10, cacheWrite1h: 16, output: 40 },
      },
    ],
  },
  {
    provider: 'anthropic',
    model: 'claude-sonnet-5-5',
    prices: [
      {
        source: 'anthropic-pricing',
        rates: { input: 2, cacheRead: 0.2, cacheWrite5m: 2.5, cacheWrite1h: 4, output: 10 },
      },
      {
        from: '2026-10-07',
        source: 'anthropic-pricing',
        rates: { input: 2, cacheRead: 0.1, cacheWrite5m: 2.5, cacheWrite1h: 4, output: 10 },
      },
    ],
  },
  {
    provider: 'anthropic',
    model: 'claude-haiku-5-5',
    prices: [
      {
        source: 'anthropic-pricing',
        rates: { input: 0.1, cacheRead: 0.01, cacheWrite5m: 0.125, cacheWrite1h: 0.2, output: 0.5 },
        aboveInputTokens: 100_000,
        longRates: { input: 0.5, cacheRead: 0.05, cacheWrite5m: 0.625, cacheWrite1h: 1, output: 2.5 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'gpt-6.1-sol',
    prices: [
      {
        source: 'openai-6.1',
        rates: { input: 2, cacheRead: 0.1, cacheWriteOther: 2.5, output: 10 },
        aboveInputTokens: LONG_CONTEXT,
        longRates: { input: 4, cacheRead: 0.2, cacheWriteOther: 5, output: 15 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'gpt-6.1-terra',
    prices: [
      {
        source: 'openai-6.1',
        rates: { input: 1, cacheRead: 0.05, cacheWriteOther: 1.25, cacheWrite12h: 2.5, output: 5 },
        aboveInputTokens: LONG_CONTEXT,
        longRates: { input: 2, cacheRead: 0.1, cacheWriteOther: 2.5, cacheWrite12h: 5, output: 7.5 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'gpt-6.2-sol',
    prices: [
      {
        source: 'openai-models',
        rates: { input: 2, cacheRead: 0.1, cacheWriteOther: 2.5, cacheWrite12h: 5, output: 10 },
        aboveInputTokens: LONG_CONTEXT,
        longRates: { input: 4, cacheRead: 0.2, cacheWriteOther: 5, cacheWrite12h: 10, output: 15 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'gpt-5.3-codex-spark',
    prices: [{ source: 'catalogue', rates: { input: 1.75, cacheRead: 0.175, output: 14 } }],
  },
  {
    provider: 'openai',
    model: 'codex-auto-review',
    prices: [
      {
        source: 'catalogue',
        rates: { input: 5, cacheRead: 0.5, output: 30 },
        aboveInputTokens: LONG_CONTEXT,
        longRates: { input: 10, cacheRead: 1, output: 45 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'ft:gpt-4.1',
    prices: [{ source: 'openai-fine-tuning', rates: { input: 3, cacheRead: 0.75, output: 12 } }],
  },
  {
    provider: 'openai',
    model: 'ft:gpt-4.1-mini',
    prices: [{ source: 'openai-fine-tuning', rates: { input: 0.8, cacheRead: 0.2, output: 3.2 } }],
  },
  {
    provider: 'openai',
    model: 'ft:gpt-4.1-nano',
    prices: [{ source: 'openai-fine-tuning', rates: { input: 0.2, cacheRead: 0.05, output: 0.8 } }],
  },
  {
    provider: 'openai',
    model: 'ft:o4-mini',
    prices: [{ source: 'openai-fine-tuning', rates: { input: 4, cacheRead: 1, output: 16 } }],
  },
  {
    provider: 'openai',
    model: 'ft:davinci-002',
    prices: [{ source: 'openai-base-tuning', rates: { input: 12, output: 12 } }],
  },
  {
    provider: 'openai',
    model: 'ft:babbage-002',
    prices: [{ source: 'openai-base-tuning', rates: { input: 1.6, output: 1.6 } }],
  },
  {
    provider: 'openai',
    model: 'davinci-002',
    prices: [{ source: 'openai-models', rates: { input: 2, output: 2 } }],
  },
  {
    provider: 'openai',
    model: 'babbage-002',
    prices: [{ source: 'openai-base-tuning', rates: { input: 0.4, output: 0.4 } }],
  },
  {
    provider: 'openai',
    model: 'gpt-image-2.5-sunburst',
    names: ['gpt-image-2.5-flare'],
    prices: [{ source: 'openai-image-2.5', rates: { input: 5, inputImage: 8, outputImage: 30 } }],
  },
  {
    provider: 'openai',
    model: 'gpt-image-2.6-sunburst',
    prices: [
      {
        source: 'openai-models',
        rates: { input: 5, cacheRead: 1.25, inputImage: 8, cachedImage: 2, outputImage: 30 },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'omni-moderation',
    names: ['omni-moderation-latest', 'text-moderation-latest', 'text-moderation-stable'],
    prices: [{ source: 'openai-moderation', rates: { input: 0, output: 0 } }],
  },
];

export interface Correction {
  readonly provider: string;
  readonly models: readonly string[];
  readonly source: SourceKey;
  /** Rates to add or replace. */
  readonly rates?: UsdRates;
  readonly aboveInputTokens?: number;
  /** All rates above the threshold; left out, those that genai-prices has stay. */
  readonly longRates?: UsdRates;
}

export const corrections: readonly Correction[] = [
  {
    // genai-prices starts the long context at exactly 272,000 tokens; OpenAI says "more than 272K".
    provider: 'openai',
    models: [
      'gpt-5.4',
      'gpt-5.4-pro',
      'gpt-5.5',
      'gpt-5.5-pro',
      'gpt-5.6-luna',
      'gpt-5.6-sol',
      'gpt-5.6-terra',
      'gpt-6-astra',
    ],
    source: 'review',
    aboveInputTokens: LONG_CONTEXT,
  },
  {
    provider: 'openai',
    models: ['gpt-5.4-pro', 'gpt-5.5-pro'],
    source: 'catalogue',
    rates: { cacheRead: 3 },
    longRates: { input: 60, cacheRead: 6, output: 270 },
  },
  {
    provider: 'anthropic',
    models: ['claude-sonnet-4-0'],
    source: 'anthropic-long-context',
    aboveInputTokens: 200_000,
    longRates: { input: 6, cacheRead: 0.6, cacheWrite5m: 7.5, cacheWrite1h: 12, output: 22.5 },
  },
  {
    provider: 'openai',
    models: ['gpt-4o-audio-preview'],
    source: 'catalogue',
    rates: { inputAudio: 40, outputAudio: 80 },
  },
  {
    provider: 'openai',
    models: ['gpt-4o-mini-audio-preview'],
    source: 'catalogue',
    rates: { inputAudio: 10, outputAudio: 20 },
  },
  { provider: 'openai', models: ['gpt-4o-mini-tts'], source: 'catalogue', rates: { outputAudio: 12 } },
  {
    provider: 'openai',
    models: ['gpt-image-2'],
    source: 'catalogue',
    rates: { output: 10, outputImage: 30 },
  },
];
