import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  alertGroups,
  cacheSavingGroups,
  DEFAULT_RULES,
  otlpNameGroups,
  recordingGroups,
  toYaml,
} from '../../src/rules/index.ts';
import { budgets } from './dashboards/budgets.ts';
import { health } from './dashboards/health.ts';
import { models } from './dashboards/models.ts';
import { overview } from './dashboards/overview.ts';
import { users } from './dashboards/users.ts';

const MADE_BY = 'Written by `npm run grafana` from src/rules/: change it there.';

export function dashboards(): Record<string, Dashboard> {
  return {
    overview: numbered(overview().build()),
    users: numbered(users().build()),
    models: numbered(models().build()),
    budgets: numbered(budgets().build()),
    health: numbered(health().build()),
  };
}

/** Panels have ids from 1, so that links to one of them hold. */
function numbered(dashboard: Dashboard): Dashboard {
  const panels = dashboard.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) ?? [];
  return { ...dashboard, id: null, panels };
}

const rules = {
  alerts: () => alertGroups(DEFAULT_RULES),
  recording: recordingGroups,
  'cache-savings': cacheSavingGroups,
  'otlp-names': otlpNameGroups,
};

/** Everything that is generated, by its path in `grafana/`. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ...Object.entries(dashboards()).map(
      ([name, dashboard]) =>
        [`dashboards/${name}.json`, `${JSON.stringify(dashboard, undefined, 2)}\n`] as const,
    ),
    ...Object.entries(rules).map(
      ([name, groups]) => [`rules/${name}.yaml`, toYaml(MADE_BY, groups())] as const,
    ),
  ]);
}
