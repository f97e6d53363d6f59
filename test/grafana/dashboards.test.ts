import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from '../../grafana/src/files.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { layoutProblems, type PanelJson, problemsOf, promqlProblems, variableProblems } from './lint.ts';

const all: Readonly<Record<string, Dashboard>> = dashboards();
const panelsOf = (dashboard: Dashboard) => JSON.parse(JSON.stringify(dashboard.panels)) as PanelJson[];

test('what is committed is what the code makes', () => {
  const main = fileURLToPath(new URL('../../grafana/src/main.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [main, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('what is made does not depend on a folder without spaces', async () => {
  await using folder = await temporaryFolder();
  const root = new URL('../../', import.meta.url);
  const copy = join(folder.path, 'my folder');
  for (const name of ['package.json', 'src', 'grafana/src'])
    cpSync(new URL(name, root), join(copy, name), { recursive: true });
  symlinkSync(new URL('node_modules', root), join(copy, 'node_modules'));
  const main = join(copy, 'grafana/src/main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(copy, 'grafana/dashboards/overview.json')));
});

for (const [name, dashboard] of Object.entries(all)) {
  describe(`dashboard ${name}`, () => {
    test('each panel keeps the conventions', () => {
      assert.deepEqual(panelsOf(dashboard).flatMap(problemsOf), []);
      assert.deepEqual(layoutProblems(panelsOf(dashboard)), []);
    });

    test('has a stable uid, links that keep time and variables, and filters of which several can be chosen', () => {
      assert.equal(dashboard.uid, `tokenmeter-${name}`);
      assert.equal(dashboard.id, null);
      assert.ok(dashboard.links?.every(({ keepTime, includeVars }) => keepTime && includeVars));
      const variables = dashboard.templating.list ?? [];
      assert.deepEqual(
        variables.slice(0, 2).map(({ name }) => name),
        ['datasource', 'job'],
      );
      for (const { name, type, multi, includeAll, allValue } of variables) {
        if (type === 'query')
          assert.deepEqual(
            { name, multi, includeAll, allValue },
            { name, multi: true, includeAll: true, allValue: '.*' },
          );
      }
    });

    test('queries read all of its own variables, and no others', () => {
      const variables = (dashboard.templating.list ?? [])
        .filter(({ type }) => type === 'query')
        .map(({ name, definition = '' }) => ({ name, query: definition }));
      assert.deepEqual(variableProblems(panelsOf(dashboard), variables), []);
    });

    test('a panel that can be empty says why', () => {
      const silent = panelsOf(dashboard).filter(
        ({ type, description = '', targets = [] }) =>
          type !== 'row' &&
          !/No data|Empty/.test(description) &&
          !targets.every(({ expr }) => expr.endsWith('or vector(0)')),
      );
      assert.deepEqual(
        silent.map(({ title }) => title),
        [],
      );
    });
  });
}

describe('the linter finds what it is there for', () => {
  const panel = (expr: string, description = 'What the panel shows.'): PanelJson => ({
    type: 'stat',
    title: 'x',
    description,
    datasource: { uid: `\${datasource}` },
    gridPos: { x: 0, y: 0, w: 1, h: 1 },
    targets: [{ expr, refId: 'A', instant: true, datasource: { uid: `\${datasource}` } }],
    fieldConfig: { defaults: { unit: 'short' }, overrides: [] },
  });
  const problems = (expr: string, description?: string) => problemsOf(panel(expr, description)).join();

  test('what is no PromQL, and raw counters', () => {
    assert.match(promqlProblems('sum(rate(x[5m])').join(), /no PromQL/);
    assert.match(promqlProblems('sum(tokenmeter_requests_total)').join(), /raw counter/);
    assert.deepEqual(promqlProblems('sum(rate(tokenmeter_requests_total{a="b"}[5m]))'), []);
  });

  test('divisions by what can be 0', () => {
    for (const divisor of ['b', 'sum(b)', '(b)', '0', '((b > 0) + c)', '(count(b) - 1)', 'clamp(b, 0, 1)'])
      assert.match(promqlProblems(`a / ${divisor}`).join(), /division by what can be 0/, divisor);
    for (const divisor of ['(b > 0)', '60', '(count(b > 0))', 'clamp_min(b, 1)'])
      assert.deepEqual(promqlProblems(`a / ${divisor}`), [], divisor);
  });

  test('fixed ranges of days, where the description does not tell', () => {
    const expr = 'sum(increase(tokenmeter_cost_usd_total{job=~"$job"}[1d]))';
    assert.match(problems(expr), /fixed range/);
    assert.equal(problems(expr, 'Spend of the last day.'), '');
  });

  test('alerts and metrics of all apps where some are chosen', () => {
    assert.match(problems('count(ALERTS{alertname=~"Tokenmeter.+"})'), /no \$job: ALERTS/);
    assert.match(problems('max(tokenmeter_price_table_age_seconds)'), /no \$job/);
    assert.equal(problems('count(ALERTS{job=~"$job|"})'), '');
  });

  test('a variable that the dashboard does not have, and one that nothing reads', () => {
    const used = [panel('max(used{job=~"$job", budget=~"$budget"})')];
    const [job, budget] = [
      { name: 'job', query: 'label_values(job)' },
      { name: 'budget', query: 'label_values(limit{job=~"$job"}, budget)' },
    ];
    assert.deepEqual(variableProblems(used, [job, budget]), []);
    assert.deepEqual(variableProblems(used, [job]), ['x: no variable budget']);
    assert.deepEqual(variableProblems(used, [budget]), [
      'x: no variable job',
      'variable budget: no variable job',
    ]);
    assert.deepEqual(variableProblems([panel('max(used{job=~"$job"})')], [job, budget]), [
      'variable budget: no query reads it',
    ]);
  });
});
