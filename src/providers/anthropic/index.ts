import type { Provider } from '../types.ts';
import { endpoints, isFree } from './endpoints.ts';
import { message } from './response.ts';
import { retrievals } from './retrievals.ts';
import { readAnthropicUsage } from './usage.ts';
import { vendorOf } from './vendor.ts';

export const anthropic: Provider = {
  name: 'anthropic',
  sdk: {
    module: '@anthropic-ai/sdk',
    versions: '>=0.20.0 <2',
    files: ['client.js', 'client.mjs', 'core.js', 'core.mjs', 'index.js', 'index.mjs'],
    isClient: (clientClass) => 'AnthropicError' in clientClass,
  },
  endpoints,
  retrievals,
  vendorOf,
  isFree,
  readUsage: readAnthropicUsage,
  readAnswer: message,
};
