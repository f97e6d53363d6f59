import * as panels from '../panels/health.ts';
import { dashboard } from './dashboard.ts';

export const health = () =>
  dashboard('health', 'Meter health', 'Whether the numbers of the other dashboards can be believed.', [
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
        panels.priceTables().span(24).height(6),
      ],
    },
  ]);
