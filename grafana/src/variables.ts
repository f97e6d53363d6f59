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

export const filters = () => [
  datasource(),
  labelValues('job', 'App', job, gauge(METRIC.priceTable)),
  labelValues('provider', 'Provider', provider, `${REQUESTS}{${job}=~"$job"}`),
  labelValues('model', 'Model', requestModel, `${REQUESTS}{${job}=~"$job", ${provider}=~"$provider"}`),
  labelValues('team', 'Team', team, `${REQUESTS}{${job}=~"$job"}`),
  labelValues('user', 'User', userId, `${REQUESTS}{${job}=~"$job", ${team}=~"$team"}`),
];

export const budgetFilter = () =>
  labelValues('budget', 'Budget', LABEL.budget, `${BUDGET.limit}{${job}=~"$job"}`);
