import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from '../../grafana/src/files.ts';
import { layoutProblems, type PanelJson, problemsOf, promqlProblems } from './lint.ts';

const all: Readonly<Record<string, Dashboard>> = dashboards();
const panelsOf = (dashboard: Dashboard) => JSON.parse(JSON.stringify(dashboard.panels)) as PanelJson[];

test('what is committed is what the code makes', () => {
  const main = new URL('../../grafana/src/main.ts', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [main, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

for (const [name, dashboard] of Object.entries(all)) {
  describe(`dashboard ${name}`, () => {
    test('each panel keeps the conventions', () => {
      assert.deepEqual(panelsOf(dashboard).flatMap(problemsOf), []);
      assert.deepEqual(layoutProblems(panelsOf(dashboard)), []);
    });

    test('has a stable uid, links that keep time and variables, and the filters', () => {
      assert.equal(dashboard.uid, `tokenmeter-${name}`);
      assert.equal(dashboard.id, null);
      assert.ok(dashboard.links?.every(({ keepTime, includeVars }) => keepTime && includeVars));
      const variables = dashboard.templating.list ?? [];
      const names = variables.map(({ name }) => name);
      assert.deepEqual(names.slice(0, 6), ['datasource', 'job', 'provider', 'model', 'team', 'user']);
      for (const { name, type, multi, includeAll, allValue } of variables) {
        if (type === 'query')
          assert.deepEqual(
            { name, multi, includeAll, allValue },
            { name, multi: true, includeAll: true, allValue: '.*' },
          );
      }
    });

    test('a panel that can be empty says why', () => {
      const silent = panelsOf(dashboard).filter(
        ({ type, description = '', targets = [] }) =>
          type !== 'row' &&
          !/No data|Empty/.test(description) &&
          !targets.every(({ expr }) => expr.endsWith('or vector(0)')) &&
          !targets.some(({ expr }) => expr.includes('tokenmeter_overflow')),
      );
      assert.deepEqual(
        silent.map(({ title }) => title),
        [],
      );
    });
  });
}

test('the linter finds what it is there for', () => {
  assert.match(promqlProblems('sum(rate(x[5m])').join(), /no PromQL/);
  assert.match(promqlProblems('sum(tokenmeter_requests_total)').join(), /raw counter/);
  assert.deepEqual(promqlProblems('sum(rate(tokenmeter_requests_total{a="b"}[5m]))'), []);
});
