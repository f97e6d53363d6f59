import type { Provider } from '../types.ts';
import { readAnswer, readAnyUsage } from './answer.ts';
import { endpoints, isFree } from './endpoints.ts';
import { retrievals } from './retrievals.ts';
import { sessions } from './sessions.ts';
import { vendorOf } from './vendor.ts';

export const openai: Provider = {
  name: 'openai',
  sdk: {
    module: 'openai',
    versions: '>=4.20.0 <8',
    files: ['client.js', 'client.mjs', 'core.js', 'core.mjs'],
    isClient: (clientClass) => 'OpenAIError' in clientClass,
  },
  endpoints,
  retrievals,
  sessions,
  vendorOf,
  isFree,
  readUsage: readAnyUsage,
  readAnswer,
};
