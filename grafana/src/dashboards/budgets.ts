import * as panels from '../panels/budgets.ts';
import { budgetFilter } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const budgets = () =>
  dashboard('budgets', 'Budgets', 'What is left of each budget, and whether it lasts to its reset.', [
    {
      panels: [
        panels.mostUsed(),
        panels.nearLimit(),
        panels.exhausted(),
        panels.blocked(),
        panels.usedNow(),
        panels.usedOverTime(),
        panels.dollarTable(),
        panels.countTable(),
        panels.forecast(),
        panels.burnRate(),
        panels.blockedOverTime(),
      ],
    },
  ]).withVariable(budgetFilter());
