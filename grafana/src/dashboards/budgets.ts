import * as panels from '../panels/budgets.ts';
import { ofBudgets } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const budgets = () =>
  dashboard(
    'budgets',
    'Budgets',
    'What is left of each budget, and whether it lasts to its reset.',
    ofBudgets(),
    [
      {
        panels: [
          panels.mostUsed(),
          panels.nearLimit(),
          panels.exhausted(),
          panels.blocked(),
          panels.unpriced(),
          panels.storeFailures(),
          panels.usedNow(),
          panels.usedOverTime(),
          panels.dollarTable(),
          panels.countTable(),
          panels.forecast(),
          panels.burnRate(),
          panels.blockedOverTime(),
          panels.unpricedOverTime(),
        ],
      },
    ],
  );
