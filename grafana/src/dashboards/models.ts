import * as panels from '../panels/models.ts';
import { ofCalls } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const models = () =>
  dashboard(
    'models',
    'Models and quality of service',
    'How fast, how reliable and how dear each model is.',
    ofCalls(),
    [
      {
        panels: [
          panels.firstChunk(),
          panels.rateLimited(),
          panels.costPerCall(),
          panels.tokens(),
          panels.cacheShare(),
          panels.savedByCache(),
          panels.modelTable(),
        ],
      },
      {
        title: 'Speed',
        panels: [
          panels.latencyPercentiles().span(12),
          panels.latencyByModel().span(12),
          panels.firstChunkByModel().span(12),
          panels.chunkByModel().span(12),
        ],
      },
      {
        title: 'Errors',
        panels: [panels.errorTypes(), panels.errorsByModel(), panels.rateLimitedByModel()],
      },
      {
        title: 'Caches and names',
        panels: [panels.cacheShareByModel(), panels.servedModels()],
      },
    ],
  );
