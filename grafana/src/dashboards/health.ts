import * as panels from '../panels/health.ts';
import { ofModels } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const health = () =>
  dashboard(
    'health',
    'Meter health',
    'Whether the numbers of the other dashboards can be believed.',
    ofModels(),
    [
      {
        panels: [
          panels.apps(),
          panels.processes(),
          panels.unmetered(),
          panels.unpriced(),
          panels.overflow(),
          panels.priceTableAge(),
          panels.ledgerDropped(),
          panels.firing(),
          panels.unmeteredByReason(),
          panels.unpricedByModel(),
          panels.overflowByLimit(),
          panels.ledgerQueue(),
          panels.scrapeDuration(),
          panels.scrapeSamples(),
          panels.workers(),
          panels.priceTables().span(12),
        ],
      },
    ],
  );
