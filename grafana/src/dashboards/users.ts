import * as panels from '../panels/users.ts';
import { ofCalls } from '../variables.ts';
import { dashboard } from './dashboard.ts';

export const users = () =>
  dashboard('users', 'Users', 'Who spends how much, on what, and who was refused.', ofCalls(), [
    {
      panels: [
        panels.activeUsers(),
        panels.spendPerUser(),
        panels.topShare(),
        panels.blocked(),
        panels.topSpenders(),
        panels.topTokens(),
        panels.distribution(),
        panels.userSpendOverTime(),
        panels.activeByTeam(),
        panels.userTable(),
      ],
    },
    { title: 'The chosen users: $user', panels: [panels.userModels(), panels.userFeatures()] },
  ]);
