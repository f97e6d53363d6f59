import type { AddedModel } from './overlay.ts';

/** Models of OpenAI that are charged by the second, the character or the image. */
export const unitModels: readonly AddedModel[] = [
  {
    provider: 'openai',
    model: 'tts-1',
    names: ['tts-1-1106'],
    prices: [{ source: 'openai-models', units: { perMillionCharacters: 15 } }],
  },
  {
    provider: 'openai',
    model: 'tts-1-hd',
    names: ['tts-1-hd-1106'],
    prices: [{ source: 'openai-models', units: { perMillionCharacters: 30 } }],
  },
  {
    provider: 'openai',
    model: 'gpt-realtime-whisper',
    prices: [{ source: 'openai-models', units: { perMinute: 0.017 } }],
  },
  {
    provider: 'openai',
    model: 'gpt-live-transcribe',
    prices: [{ source: 'openai-models', units: { perMinute: 0.017 } }],
  },
  {
    provider: 'openai',
    model: 'gpt-realtime-translate',
    prices: [{ source: 'openai-models', units: { perMinute: 0.034 } }],
  },
  {
    // Standby costs $0.02, but only over WebRTC, and usage does not tell it: all time has the price of active time.
    provider: 'openai',
    model: 'gpt-live-1',
    names: ['gpt-live-1.1'],
    prices: [{ source: 'openai-models', units: { perMinute: 0.05 } }],
  },
  {
    // One quality, which requests may name or leave out.
    provider: 'openai',
    model: 'dall-e-2',
    prices: [
      {
        source: 'openai-dall-e',
        units: {
          perImage: { 'standard/1024x1024': 0.02, 'standard/256x256': 0.016, 'standard/512x512': 0.018 },
        },
      },
    ],
  },
  {
    provider: 'openai',
    model: 'dall-e-3',
    prices: [
      {
        source: 'openai-dall-e',
        units: {
          perImage: {
            'hd/1024x1024': 0.08,
            'hd/1024x1792': 0.12,
            'hd/1792x1024': 0.12,
            'standard/1024x1024': 0.04,
            'standard/1024x1792': 0.08,
            'standard/1792x1024': 0.08,
          },
        },
      },
    ],
  },
];
