import * as panels from '../panels/overview.ts';
import { ofCalls } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const overview = () =>
  dashboard(
    'overview',
    'Overview',
    'What is being spent, by whom, on which model, whether it will last, and what broke.',
    ofCalls(),
    [
      {
        panels: [
          panels.spendToday(),
          panels.spendThisMonth(),
          panels.monthForecast(),
          panels.mostUsedBudget(),
          panels.callCount(),
          panels.errorRatio(),
          panels.latency(),
          panels.firingAlerts(),
          panels.spendByModel(),
          panels.spendByTeam(),
          panels.topUsers().span(6),
          panels.callsByOutcome().span(6),
          panels.tokensByType().span(6),
          panels.latencyOverTime().span(6),
          panels.alertList(),
          panels.news(),
        ],
      },
    ],
  );
