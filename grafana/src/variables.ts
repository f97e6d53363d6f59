import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { BUDGET, counter, gauge, LABEL } from '../../src/rules/promql.ts';
import { METRIC } from '../../src/telemetry/names.ts';
import { DATASOURCE } from './defaults.ts';

export const datasource = () =>
  new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

const REQUESTS = counter(METRIC.requests);

/** Several can be chosen, and typing searches. Each offers what the ones before it leave. */
function labelValues(name: string, text: string, label: string, series: string): QueryVariableBuilder {
  const query = `label_values(${series}, ${label})`;
  return (
    new QueryVariableBuilder(name)
      .label(text)
      .datasource(DATASOURCE)
      .query({ qryType: 1, query, refId: `${name}-values` })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // Also what has no such label: calls for no user, budgets of no team.
      .allValue('.*')
      .current({ text: 'All', value: '$__all' })
  );
}

const { job, provider, requestModel, team, userId } = LABEL;

const app = () => labelValues('job', 'App', job, gauge(METRIC.priceTable));
const providers = () => labelValues('provider', 'Provider', provider, `${REQUESTS}{${job}=~"$job"}`);
const models = () =>
  labelValues('model', 'Model', requestModel, `${REQUESTS}{${job}=~"$job", ${provider}=~"$provider"}`);
const teams = () => labelValues('team', 'Team', team, `${REQUESTS}{${job}=~"$job"}`);
const users = () => labelValues('user', 'User', userId, `${REQUESTS}{${job}=~"$job", ${team}=~"$team"}`);
const budgets = () => labelValues('budget', 'Budget', LABEL.budget, `${BUDGET.limit}{${job}=~"$job|"}`);

/** Of who and what. */
export const ofCalls = () => [app(), providers(), models(), teams(), users()];
/** Of what only: the numbers know no user. */
export const ofModels = () => [app(), providers(), models()];
export const ofBudgets = () => [app(), teams(), users(), budgets()];
