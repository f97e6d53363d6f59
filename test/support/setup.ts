import { after, before } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { TokenmeterInstrumentationConfig } from '../../src/index.ts';
import { type Provider, startProvider } from '../provider/server.ts';
import { createMeter, type TestMeter } from './meter.ts';

export interface Setup {
  readonly server: Provider;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly meter: TestMeter;
}

/** A simulated provider, both SDKs talking to it, and a meter on both; for the tests of one `describe`. */
export function metered(config: TokenmeterInstrumentationConfig = {}): Setup {
  const setup = {} as { -readonly [K in keyof Setup]: Setup[K] };
  before(async () => {
    setup.server = await startProvider();
    setup.openai = new OpenAI({ apiKey: 'test', baseURL: setup.server.openaiUrl, maxRetries: 0 });
    setup.anthropic = new Anthropic({ apiKey: 'test', baseURL: setup.server.anthropicUrl, maxRetries: 0 });
    setup.meter = createMeter(config);
    for (const sdk of [OpenAI, Anthropic]) setup.meter.instrumentation.manuallyInstrument(sdk);
  });
  after(async () => {
    setup.meter.instrumentation.disable();
    await setup.server.close();
  });
  return setup;
}

export const GPT = 'gpt-4.1@in=1000,cached=400,out=50';
export const CLAUDE = 'claude-sonnet-5@in=10,read=30,write5m=20,out=7';
export const hello = [{ role: 'user' as const, content: 'Hello' }];
