import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';
import { calendarGroups } from '../../src/rules/calendar-budgets.ts';
import { RulesSchema } from '../../src/rules/config.ts';
import {
  alertGroups,
  allGroups,
  cacheSavingGroups,
  DEFAULT_RULES,
  otlpNameGroups,
  recordingGroups,
} from '../../src/rules/index.ts';
import { METRIC } from '../../src/telemetry/names.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { requirement } from '../support/requirement.ts';
import { promqlProblems } from './lint.ts';
import { failureOf } from './promtool.ts';
import { run } from './run.ts';

const grafana = fileURLToPath(new URL('../../grafana/', import.meta.url));
const prometheus = requirement('promtool', 'prometheus');
const alertmanager = requirement('amtool', 'prometheus-alertmanager');
const compose = requirement('docker-compose', 'docker-compose');
const alerts = alertGroups(DEFAULT_RULES).flatMap(({ rules }) =>
  rules.flatMap((rule) => ('alert' in rule ? [rule] : [])),
);

describe('rules', () => {
  test('recordings are named level:metric:operations, and all is PromQL', () => {
    const { budgets } = v.parse(RulesSchema, { budgets: [{ name: 'b', limitUsd: 1 }] });
    for (const { rules } of allGroups({ ...DEFAULT_RULES, budgets })) {
      for (const rule of rules)
        assert.deepEqual(
          promqlProblems(rule.expr).filter((problem) => problem.startsWith('no PromQL')),
          [],
        );
    }
    const recorded = [...recordingGroups(), ...cacheSavingGroups(), ...calendarGroups(budgets)];
    for (const rule of recorded.flatMap(({ rules }) => rules)) {
      if ('record' in rule) assert.match(rule.record, /^[a-z]+:[a-z_]+:[a-z0-9_]+$/);
    }
  });

  test('each alert tells numbers and has a runbook', () => {
    const runbooks = readdirSync(join(grafana, 'runbooks'));
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels.severity, /^(critical|warning|info)$/);
      const text = `${annotations.summary} ${annotations.description}`;
      if (alert !== 'TokenmeterNoData') assert.match(text, /\$value|query/, alert);
      assert.match(annotations.summary, /\$labels\.job/, alert);
      assert.ok(runbooks.includes(`${alert}.md`), `grafana/runbooks/${alert}.md`);
      assert.ok(annotations.runbook_url?.endsWith(`/${alert}.md`));
    }
    assert.deepEqual(runbooks.sort(), alerts.map(({ alert }) => `${alert}.md`).sort());
  });

  test('a histogram over OTLP has the name of a scrape', { skip: prometheus.missing }, async () => {
    const histograms = Object.values(METRIC).filter(({ unit }) => unit === 's');
    assert.equal(otlpNameGroups().flatMap(({ rules }) => rules).length, 3 * histograms.length);
    const failure = await failureOf(otlpNameGroups(), [
      {
        name: 'otlp',
        series: { 'gen_ai_client_inference_duration_seconds_bucket{job="a", le="1"}': '1+1x5' },
        expect: [
          {
            at: '2m',
            expr: 'gen_ai_client_inference_duration_bucket',
            values: [{ labels: 'gen_ai_client_inference_duration_bucket{job="a", le="1"}', value: 3 }],
          },
        ],
      },
    ]);
    assert.equal(failure, undefined);
  });
});

/** Where an alert of these labels is told. */
const receiversOf = (file: string, ...labels: string[]): string =>
  run('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels]).trim();

describe('configs', () => {
  test('promtool accepts rules and config', { skip: prometheus.missing }, () => {
    run('promtool', ['check', 'config', join(grafana, 'prometheus/prometheus.yml')]);
  });

  test('amtool accepts the routes, and they lead where they should', { skip: alertmanager.missing }, () => {
    const file = join(grafana, 'alertmanager/alertmanager.yml');
    run('amtool', ['check-config', file]);
    assert.equal(receiversOf(file, 'alertname=TokenmeterBudgetWarning', 'budget=b'), 'webhook');
  });

  test('with the examples, what is critical pages, budgets too', { skip: alertmanager.missing }, async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'alertmanager.yml');
    const text = readFileSync(join(grafana, 'alertmanager/alertmanager.yml'), 'utf8');
    // Sentences begin with a capital.
    await writeFile(file, text.replace(/^( +)# (?=[- a-z])/gm, '$1'));
    run('amtool', ['check-config', file]);
    const routes: readonly (readonly [string, string, string])[] = [
      ['TokenmeterBudgetExhausted', 'critical', 'pagerduty,email,slack,webhook'],
      ['TokenmeterBudgetWarning', 'warning', 'email,slack,webhook'],
      ['TokenmeterBudgetStoreFailing', 'critical', 'pagerduty,slack,webhook'],
      ['TokenmeterUserSpendSpike', 'warning', 'email,slack'],
      ['TokenmeterNoData', 'critical', 'pagerduty,slack'],
      ['TokenmeterPriceTableOld', 'info', 'webhook'],
    ];
    for (const [alert, severity, receivers] of routes)
      assert.equal(
        receiversOf(file, `alertname=${alert}`, `severity=${severity}`, 'job=shop'),
        receivers,
        alert,
      );
  });

  test('docker-compose accepts the stack, with each profile', { skip: compose.missing }, () => {
    const file = join(grafana, '../docker-compose.yml');
    for (const profile of ['', 'otlp', 'redis']) {
      const text = run('docker-compose', ['-f', file, 'config'], { COMPOSE_PROFILES: profile });
      for (const [, image = ''] of text.matchAll(/^ +image: (\S+)$/gm))
        assert.match(image, /:v?\d+\.\d+/, 'pinned');
      for (const [, address] of text.matchAll(/^ +- (\S+):\d+:\d+(?:\/tcp)?$/gm))
        assert.equal(address, '127.0.0.1');
    }
    const services = (
      parse(readFileSync(file, 'utf8')) as { services: Record<string, { healthcheck?: object }> }
    ).services;
    const unchecked = Object.keys(services).filter((name) => services[name]?.healthcheck === undefined);
    assert.deepEqual(unchecked, ['collector'], 'which answers on a port of its own');
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^ +- (\.\/\S+?):/gm)) {
      assert.ok(existsSync(join(grafana, '..', path)), path);
    }
  });
});

async function rulesOf(config: string) {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'c.yaml');
  await writeFile(file, config);
  return tokenmeter(['rules', '--config', file]);
}

describe('tokenmeter rules', () => {
  test('writes rules with budgets and thresholds of one’s own', { skip: prometheus.missing }, async () => {
    await using folder = await temporaryFolder();
    const [config, out] = [join(folder.path, 'c.yaml'), join(folder.path, 'rules.yaml')];
    await writeFile(
      config,
      'thresholds: { errorRatio: 0.25 }\nbudgets: [{ name: m, limitUsd: 500, per: [team], match: { model: claude-* } }]\n',
    );
    const { code, stderr } = tokenmeter(['rules', '--config', config, '--out', out]);
    assert.equal(code, 0, stderr);
    run('promtool', ['check', 'rules', out]);
    const text = readFileSync(out, 'utf8');
    assert.match(text, /error:ratio_rate10m > 0\.25/);
    assert.match(text, /gen_ai_request_model=~"claude-\.\*"/);
  });

  test('without a config they are those of grafana/rules', () => {
    const { stdout } = tokenmeter(['rules']);
    assert.ok(
      stdout.includes(readFileSync(join(grafana, 'rules/alerts.yaml'), 'utf8').split('groups:\n')[1] ?? '-'),
    );
  });

  test('leads to runbooks of one’s own', async () => {
    const { stdout } = await rulesOf('runbookUrl: https://wiki.example.com/llm/');
    const urls = [...stdout.matchAll(/runbook_url: (\S+)\/Tokenmeter/g)].map(([, base]) => base);
    assert.equal(urls.length, alerts.length);
    assert.deepEqual(new Set(urls), new Set(['https://wiki.example.com/llm']));
  });

  test('characters that YAML takes for the end of a line are escaped', {
    skip: prometheus.missing,
  }, async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'rules.yaml');
    const pattern = String.raw`"a\u2028b\x85\x7f\uFEFF\uD800"`;
    const { stdout } = await rulesOf(`budgets: [{ name: b, limitUsd: 1, match: { model: ${pattern} } }]`);
    await writeFile(out, stdout);
    run('promtool', ['check', 'rules', out]);
  });

  test('an alert tells ten times $0.07 as $0.7', async () => {
    const { stdout } = await rulesOf('thresholds: { spikeUserUsd: 0.07 }');
    assert.match(stdout, /or more than \$0\.7 where/);
    assert.doesNotMatch(stdout, /0\.(00)?70{5}/);
  });

  test('says what is wrong with a config that is a list or a text, naming the file', async () => {
    for (const [text, says] of [
      ['[]', 'c.yaml: got a list, expected an object'],
      ['hello', 'c.yaml: got "hello", expected an object'],
      [
        'budgets: [{ name: b, limitUsd: 1, match: [] }]',
        'c.yaml budgets.0.match: got a list, expected an object',
      ],
      ['thresholds: []', 'c.yaml thresholds: got a list, expected an object'],
      ['runbookUrl: wiki', 'c.yaml runbookUrl: got "wiki", expected an address'],
      ['runbookUrl: https://x/{{.bad', 'c.yaml runbookUrl: got "https://x/{{.bad", expected an address'],
      [
        'thresholds: { latencySeconds: 81.92 }',
        'c.yaml thresholds.latencySeconds: got 81.92, expected a number above 0 and below 81.92',
      ],
      [
        'budgets: [{ name: b, limitUsd: 1, per: [user, user] }]',
        'c.yaml budgets.0.per: got a list, expected each at most once',
      ],
      ['jobsThatEnd: nightly', 'c.yaml jobsThatEnd: got "nightly", expected a list'],
    ] as const) {
      const { code, stderr } = await rulesOf(text);
      assert.equal(code, 2);
      assert.ok(stderr.includes(says), stderr);
    }
  });

  test('says that a file cannot be written', () => {
    const { code, stderr } = tokenmeter(['rules', '--out', '/nonexist/rules.yaml']);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: --out \/nonexist\/rules\.yaml cannot be written: ENOENT[^\n]*\n(?!.*\n +at )/,
    );
  });

  test('names everything that cannot be used', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'c.yaml');
    await writeFile(
      config,
      'threshold: {}\nthresholds: { errorRatio: 2 }\nbudgets: [{ name: a b, limitUsd: -1 }, { name: c }]\n',
    );
    const { code, stderr } = tokenmeter(['rules', '--config', config]);
    assert.equal(code, 2);
    for (const part of [
      'threshold: no such option',
      'errorRatio: got 2',
      'budgets.0.name: got "a b"',
      'limitUsd: got -1',
      'one of limitUsd',
    ]) {
      assert.ok(stderr.includes(part), `${part} in ${stderr}`);
    }
  });
});
