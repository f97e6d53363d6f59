import assert from 'node:assert/strict';
import { readFile, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { DoctorReport, Level } from '../../src/doctor/types.ts';
import { startTokenmeter } from '../../src/index.ts';
import { VERSION } from '../../src/version.ts';
import { command, tokenmeter } from '../support/command.ts';
import { install, installAs, temporaryFolder } from '../support/fake-sdk.ts';

const root = new URL('../../', import.meta.url).pathname;

/** Its exit code and report, and the findings of a level by what they are about. */
function doctor(folder = root, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = tokenmeter(['doctor', '--json'], { folder, env });
  assert.equal(stderr, '');
  const report = JSON.parse(stdout) as DoctorReport;
  assert.equal(code, report.works ? 0 : 1);
  const found = (level: Level) =>
    Object.fromEntries(
      report.findings
        .filter((finding) => finding.level === level)
        .map(({ subject, text }) => [subject, text]),
    );
  return { report, found };
}

/** A folder where tokenmeter and the OpenTelemetry API are installed, and nothing else. */
async function appFolder() {
  const folder = await temporaryFolder();
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { exports: object };
  await install(folder.path, 'tokenmeter', { version: VERSION, type: 'module', exports }, {});
  await symlink(join(root, 'dist'), join(folder.path, 'node_modules/tokenmeter/dist'));
  await install(folder.path, '@opentelemetry/api', { version: '1.10.0' }, {});
  return folder;
}

describe('tokenmeter doctor', () => {
  test('an app with both SDKs: all is well, and it says how', () => {
    const { report, found } = doctor();
    assert.equal(report.works, true);
    assert.equal(report.tokenmeter, VERSION);
    assert.deepEqual(found('problem'), {});
    assert.deepEqual(
      report.sdks.map(({ name, tested, builds }) => ({
        name,
        tested,
        metered: builds.map(({ metered }) => metered),
      })),
      ['openai', '@anthropic-ai/sdk'].map((name) => ({ name, tested: true, metered: [true, true] })),
    );
    assert.match(report.loaderHooks, /^(a?synchronous)$/);
    assert.match(found('ok').metrics ?? '', /^Prometheus at http:\/\/localhost:0\/metrics, on any free port/);
    assert.match(found('info').NODE_OPTIONS ?? '', /start the app with `node --import tokenmeter\/register`/);
  });

  test('prints aligned text without colours where there is no terminal, and sums up', () => {
    const { code, stdout } = tokenmeter(['doctor']);
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}ok {7}openai \d\S+ +CommonJS and ES module patched {2}node_modules\/openai$/m);
    assert.match(stdout, /^Metering works\.\n$/m);
    assert.equal(stripVTControlCharacters(stdout), stdout);
    const columns = [...stdout.matchAll(/^ {2}ok {7}\S+ \d\S* +/gm)].map(([start]) => start.length);
    assert.ok(columns.length >= 2 && new Set(columns).size === 1, stdout);
    const { stdout: coloured } = tokenmeter(['doctor'], { env: { FORCE_COLOR: '1' } });
    assert.equal(stripVTControlCharacters(coloured), stdout);
    assert.notEqual(coloured, stdout);
  });

  test('every copy is loaded, nested ones and those of other versions too', async () => {
    await using folder = await appFolder();
    await installAs(folder.path, 'openai', '7.1.0');
    await install(folder.path, 'helper', { version: '1.0.0' }, {});
    const helper = join(folder.path, 'node_modules/helper');
    await installAs(helper, 'openai', '9.0.0');
    await install(folder.path, '@me/other', { version: '1.0.0' }, {});
    const other = join(folder.path, 'node_modules/@me/other');
    await installAs(other, 'openai', '9.1.0', (source) => source.replaceAll('methodRequest', 'send'));
    const { report, found } = doctor(folder.path);
    assert.equal(report.works, false);
    assert.match(
      found('ok')['openai 7.1.0'] ?? '',
      /^CommonJS and ES module patched {2}node_modules\/openai$/,
    );
    assert.match(
      found('warning')['openai 9.0.0'] ?? '',
      /module patched {2}node_modules\/helper\/node_modules\/openai$/,
    );
    assert.match(
      found('problem')['openai 9.1.0'] ?? '',
      /without a client class that can be patched {2}node_modules\/@me\/other\/node_modules\/openai$/,
    );
    assert.deepEqual(Object.keys(found('problem')), ['openai 9.1.0']);
  });

  test("a vendor's client is metered through the SDK that it extends", async () => {
    await using folder = await appFolder();
    await installAs(folder.path, '@anthropic-ai/sdk', '1.0.0');
    await install(
      folder.path,
      '@anthropic-ai/bedrock-sdk',
      { version: '0.30.0', exports: { import: './index.mjs', require: './index.js' } },
      {
        'index.mjs': `import { BaseAnthropic } from '@anthropic-ai/sdk/client'; export class AnthropicBedrock extends BaseAnthropic {}`,
        'index.js': `const { BaseAnthropic } = require('@anthropic-ai/sdk/client'); exports.AnthropicBedrock = class extends BaseAnthropic {};`,
      },
    );
    await install(
      folder.path,
      '@anthropic-ai/vertex-sdk',
      { version: '0.9.0', main: 'index.js' },
      {
        'index.js': `require('google-auth-library');`,
      },
    );
    const { found } = doctor(folder.path);
    assert.match(found('ok')['@anthropic-ai/bedrock-sdk 0.30.0'] ?? '', /^CommonJS and ES module patched/);
    assert.match(
      found('warning')['@anthropic-ai/vertex-sdk 0.9.0'] ?? '',
      /cannot be loaded \(Error: Cannot find/,
    );
    assert.deepEqual(found('problem'), {});
  });

  test('says what is missing from a folder', async () => {
    await using folder = await temporaryFolder();
    const { found } = doctor(folder.path);
    assert.deepEqual(Object.keys(found('problem')), ['tokenmeter', 'none', '@opentelemetry/api']);
    assert.match(found('problem').none ?? '', /neither openai nor @anthropic-ai\/sdk is installed in/);
  });

  test('two copies of the OpenTelemetry API are a warning that names both', async () => {
    await using folder = await appFolder();
    await installAs(folder.path, 'openai', '7.1.0');
    await install(folder.path, 'helper', { version: '1.0.0' }, {});
    await install(join(folder.path, 'node_modules/helper'), '@opentelemetry/api', { version: '1.9.0' }, {});
    const { found } = doctor(folder.path);
    assert.match(
      found('warning')['@opentelemetry/api'] ?? '',
      /^1\.10\.0 \(node_modules\/@opentelemetry\/api\), 1\.9\.0 \(node_modules\/helper\/node_modules\/@opentelemetry\/api\)$/,
    );
  });

  test('the port: in use by something else, or by an app that is metered', async () => {
    const stranger = createServer((_, response) => response.end('hello')).listen(0, 'localhost');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const taken = await doctorBeside({ OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    assert.match(
      taken.stdout,
      new RegExp(`problem +metrics +Prometheus at http://localhost:${port}/metrics: the port is in use`),
    );
    assert.match(taken.stdout, /Set OTEL_EXPORTER_PROMETHEUS_PORT to another port/);
    assert.equal(taken.code, 1);
    stranger.close();

    const meter = startTokenmeter({ prometheus: { port: 0 } });
    const own = new URL((await meter.metricsUrl) ?? assert.fail()).port;
    const served = await doctorBeside({ OTEL_EXPORTER_PROMETHEUS_PORT: own });
    assert.match(
      served.stdout,
      new RegExp(`ok +metrics +Prometheus at http://localhost:${own}/metrics, served right now`),
    );
    await meter.shutdown();
  });

  test('names bad variables as startTokenmeter does, and those that turn it off', () => {
    const bad = doctor(root, {
      OTEL_EXPORTER_PROMETHEUS_PORT: 'ninety',
      OTEL_METRICS_EXPORTER: 'promethius',
    });
    assert.deepEqual(bad.found('problem'), {
      OTEL_METRICS_EXPORTER:
        'got "promethius", expected a comma-separated list of prometheus, otlp, console, none',
      OTEL_EXPORTER_PROMETHEUS_PORT: 'got "ninety", expected a whole number from 0 to 65535',
    });
    const off = doctor(root, { OTEL_SDK_DISABLED: 'true' });
    assert.deepEqual(off.found('problem'), { OTEL_SDK_DISABLED: 'turns everything off' });
    assert.match(
      doctor(root, { OTEL_METRICS_EXPORTER: 'none' }).found('warning').metrics ?? '',
      /^go nowhere/,
    );
  });

  test('shows where OTLP goes, and no credentials', () => {
    const { report, found } = doctor(root, {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@localhost:1/otlp/',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret',
      NODE_OPTIONS: '--import tokenmeter/register',
    });
    assert.equal(report.works, true, 'a collector may come later');
    assert.deepEqual(found('warning'), {
      metrics: 'OTLP to http://***@localhost:1/otlp/v1/metrics: nothing answers there now',
      traces: 'OTLP to http://***@localhost:1/otlp/v1/traces: nothing answers there now',
    });
    assert.equal(found('ok').NODE_OPTIONS, 'loads it: --import tokenmeter/register');
    assert.doesNotMatch(JSON.stringify(report), /secret/);
  });
});

/** Without blocking the servers of this process. */
async function doctorBeside(env: Record<string, string>) {
  const { App } = await import('../support/app.ts');
  const app = new App([command, 'doctor'], env);
  return { code: await app.exit, stdout: app.stdout };
}

describe('tokenmeter', () => {
  for (const args of [['doctor', '--frob'], ['doctor', 'here'], ['frob'], []]) {
    test(`"tokenmeter ${args.join(' ')}" is used wrongly: exit code 2, and stderr says why`, () => {
      const { code, stdout, stderr } = tokenmeter(args);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /error: (unknown|too many)|^Usage: tokenmeter/);
    });
  }

  test('--help and --version', () => {
    assert.deepEqual(tokenmeter(['--version']), { code: 0, stdout: `${VERSION}\n`, stderr: '' });
    assert.match(tokenmeter(['--help']).stdout, /doctor .*say whether/);
    const { code, stdout } = tokenmeter(['doctor', '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /--json[\s\S]*Exit code: 0[\s\S]*Examples:\n {2}npx tokenmeter doctor\n/);
  });
});
