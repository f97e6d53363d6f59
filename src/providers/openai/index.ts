import type { Provider } from '../types.ts';
import { endpoints } from './endpoints.ts';
import { readOpenAIUsage } from './usage.ts';

export const openai: Provider = {
  name: 'openai',
  sdk: {
    module: 'openai',
    versions: '>=4.20.0 <8',
    files: ['client.js', 'client.mjs', 'core.js', 'core.mjs'],
    isClient: (clientClass) => 'Chat' in clientClass && 'Embeddings' in clientClass,
  },
  endpoints,
  readUsage: (raw) => readOpenAIUsage(raw),
};
