import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { resolveConfig } from '../src/config.ts';
import {
  ConfigError,
  TokenmeterInstrumentation,
  type TokenmeterInstrumentationConfig,
} from '../src/index.ts';
import { temporaryFolder } from './support/fake-sdk.ts';

const problems = (config: unknown, environment: NodeJS.ProcessEnv = {}): readonly string[] => {
  try {
    resolveConfig(config, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    for (const problem of error.problems) assert.ok(error.message.includes(problem));
    return error.problems;
  }
  return [];
};

describe('configuration', () => {
  test('defaults', () => {
    assert.deepEqual(resolveConfig({}, {}), {
      disabled: false,
      serviceName: undefined,
      meter: {
        user: { label: undefined, salt: undefined },
        maxUsers: undefined,
        maxSeries: undefined,
        idleSeconds: undefined,
        zeroFirst: undefined,
        streamUsage: true,
        deployments: undefined,
        prices: undefined,
        budgets: undefined,
        abandonAfterSeconds: undefined,
      },
      metricExporters: ['prometheus'],
      prometheus: { host: 'localhost', port: 9464, path: '/metrics', discovery: undefined, drainSeconds: 0 },
      ledger: undefined,
      logs: false,
      exportIntervalMillis: 60_000,
      exportTimeoutMillis: 30_000,
      logLevel: undefined,
    });
  });

  test('the standard variables', () => {
    const { metricExporters, prometheus, disabled } = resolveConfig(
      {},
      {
        OTEL_METRICS_EXPORTER: 'otlp, prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
        OTEL_SDK_DISABLED: 'TRUE',
      },
    );
    assert.deepEqual(metricExporters, ['otlp', 'prometheus']);
    assert.deepEqual(prometheus, {
      host: '0.0.0.0',
      port: 0,
      path: '/metrics',
      discovery: undefined,
      drainSeconds: 0,
    });
    assert.equal(disabled, true);
  });

  test('the variables of our own', () => {
    const { meter } = resolveConfig(
      {},
      {
        TOKENMETER_STREAM_USAGE: 'false',
        TOKENMETER_DEPLOYMENTS: 'prod-chat=gpt-4.1, prod-embed = text-embedding-3-small',
        TOKENMETER_ABANDON_AFTER_SECONDS: '0.5',
        TOKENMETER_USER_LABEL: 'hash',
        TOKENMETER_USER_SALT: 'keep this one secret',
        TOKENMETER_MAX_USERS: '50',
        TOKENMETER_MAX_SERIES: '5000',
        TOKENMETER_IDLE_SECONDS: '60',
        TOKENMETER_ZERO_FIRST: 'never',
      },
    );
    assert.deepEqual(meter, {
      user: { label: 'hash', salt: 'keep this one secret' },
      maxUsers: 50,
      maxSeries: 5000,
      idleSeconds: 60,
      zeroFirst: 'never',
      streamUsage: false,
      deployments: { 'prod-chat': 'gpt-4.1', 'prod-embed': 'text-embedding-3-small' },
      prices: undefined,
      budgets: undefined,
      abandonAfterSeconds: 0.5,
    });
  });

  test('prices of your own, from the file that a variable names', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'prices.json');
    await writeFile(path, '{"factor": 0.9, "models": {"a": {"free": true}}}');
    const { meter } = resolveConfig({}, { TOKENMETER_PRICES: path });
    assert.deepEqual(meter.prices, { factor: 0.9, models: { a: { free: true } } });
    await writeFile(path, '{"factor": -1}');
    assert.deepEqual(problems({}, { TOKENMETER_PRICES: path }), [
      'variable TOKENMETER_PRICES.factor: got -1, expected a factor from 0 to 1,000',
    ]);
  });

  test('an option in code wins over a variable; an empty variable is none', () => {
    const { prometheus, metricExporters } = resolveConfig(
      { prometheus: { port: 1 } },
      { OTEL_EXPORTER_PROMETHEUS_PORT: '2', OTEL_METRICS_EXPORTER: '' },
    );
    assert.equal(prometheus.port, 1);
    assert.deepEqual(metricExporters, ['prometheus']);
  });

  test('prometheus: false serves nothing', () => {
    assert.deepEqual(resolveConfig({ prometheus: false }, {}).metricExporters, []);
  });

  const bad: [config: unknown, environment: NodeJS.ProcessEnv, problem: string][] = [
    [
      { prometheus: { port: 70000 } },
      {},
      'option prometheus.port: got 70000, expected a whole number from 0 to 65535',
    ],
    [
      { prometheus: { port: '80' } },
      {},
      'option prometheus.port: got "80", expected a whole number from 0 to 65535',
    ],
    [
      { prometheus: { path: 'metrics' } },
      {},
      'option prometheus.path: got "metrics", expected a path that starts with /',
    ],
    [{ prometheus: { prot: 1 } }, {}, 'option prometheus.prot: no such option'],
    [{ prometheus: true }, {}, 'option prometheus: got true, expected an object or false'],
    [{ user: 'ann' }, {}, 'option user: got "ann", expected a function or an object'],
    [{ user: { label: 'md5' } }, {}, 'option user.label: got "md5", expected one of raw, hash, off'],
    [{ user: { lable: 'off' } }, {}, 'option user.lable: no such option'],
    [
      { user: { label: 'hash', salt: 'short' } },
      {},
      'option user.salt: got a secret that cannot be used, expected at least 16 characters',
    ],
    [
      { user: { label: 'hash' } },
      {},
      'option user.salt: missing, expected at least 16 characters for the label "hash" (or TOKENMETER_USER_SALT)',
    ],
    [{ maxUsers: 1.5 }, {}, 'option maxUsers: got 1.5, expected a whole number from 0 up'],
    [
      {},
      { TOKENMETER_MAX_USERS: '-1' },
      'variable TOKENMETER_MAX_USERS: got "-1", expected a whole number from 0 up',
    ],
    [{ zeroFirst: true }, {}, 'option zeroFirst: got true, expected one of scrape, always, never'],
    [
      {},
      { TOKENMETER_DRAIN_SECONDS: '1h' },
      'variable TOKENMETER_DRAIN_SECONDS: got "1h", expected a number of seconds from 0 to 3600',
    ],
    [{ streamUsage: 'no' }, {}, 'option streamUsage: got "no", expected true or false'],
    [{ userz: 1 }, {}, 'option userz: no such option'],
    [
      { abandonAfterSeconds: 0 },
      {},
      'option abandonAfterSeconds: got 0, expected a number of seconds above 0',
    ],
    [
      { budgets: { store: { redis: 'http://:secret@cache' } } },
      {},
      'option budgets.store.redis: got a secret that cannot be used, expected a URL that begins with redis:// or rediss://, or a client of the package redis',
    ],
    [
      { budgets: { store: { redis: {} } } },
      {},
      'option budgets.store.redis: got an object, expected a URL that begins with redis:// or rediss://, or a client of the package redis',
    ],
    [{ deployments: { a: '' } }, {}, 'option deployments.a: got "", expected the name of a model'],
    [
      {},
      { TOKENMETER_DEPLOYMENTS: 'prod' },
      'variable TOKENMETER_DEPLOYMENTS: got "prod", expected a list such as deployment=model,other=model',
    ],
    [
      {},
      { TOKENMETER_ABANDON_AFTER_SECONDS: '-1' },
      'variable TOKENMETER_ABANDON_AFTER_SECONDS: got "-1", expected a number of seconds above 0',
    ],
    [
      {},
      { TOKENMETER_PRICES: '/nowhere/prices.json' },
      'variable TOKENMETER_PRICES: got "/nowhere/prices.json", expected a file with JSON ' +
        "(ENOENT: no such file or directory, stat '/nowhere/prices.json')",
    ],
    [{ serviceName: '' }, {}, 'option serviceName: got "", expected a name'],
    ['config', {}, 'configuration: got "config", expected an object'],
    [
      {},
      { OTEL_METRICS_EXPORTER: 'promethius' },
      'variable OTEL_METRICS_EXPORTER: got "promethius", expected a comma-separated list of prometheus, otlp, console, none',
    ],
    [
      {},
      { OTEL_EXPORTER_PROMETHEUS_PORT: '94.64' },
      'variable OTEL_EXPORTER_PROMETHEUS_PORT: got "94.64", expected a whole number from 0 to 65535',
    ],
    [{}, { OTEL_SDK_DISABLED: 'yes' }, 'variable OTEL_SDK_DISABLED: got "yes", expected true or false'],
    [
      {},
      { OTEL_METRIC_EXPORT_INTERVAL: '-5' },
      'variable OTEL_METRIC_EXPORT_INTERVAL: got "-5", expected a whole number of milliseconds above 0',
    ],
    [
      {},
      { OTEL_LOG_LEVEL: 'foo' },
      'variable OTEL_LOG_LEVEL: got "foo", expected one of NONE, ERROR, WARN, INFO, DEBUG, VERBOSE, ALL',
    ],
    [
      {},
      { TOKENMETER_STREAM_USAGE: '1' },
      'variable TOKENMETER_STREAM_USAGE: got "1", expected true or false',
    ],
  ];
  for (const [config, environment, problem] of bad) {
    test(problem, () => assert.deepEqual(problems(config, environment), [problem]));
  }

  test('every problem is named, not just the first', () => {
    const found = problems({ user: 1, streamUsage: 2 }, { OTEL_SDK_DISABLED: '3' });
    assert.equal(found.length, 3);
  });

  test('an instrumentation of its own checks its options too', () => {
    const config = { streamUsage: 'no' } as unknown as TokenmeterInstrumentationConfig;
    assert.throws(
      () => new TokenmeterInstrumentation(config),
      /option streamUsage: got "no", expected true or false/,
    );
  });
});
