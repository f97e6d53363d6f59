import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Provider, startProvider } from './provider/server.ts';
import { App } from './support/app.ts';
import { install, installAs, temporaryFolder } from './support/fake-sdk.ts';
import { look } from './support/scrape.ts';

const register = new URL('../dist/register.js', import.meta.url).href;

const CALLS = `
  const openai = new OpenAI({ apiKey: 'test', baseURL: process.env.TEST_OPENAI_URL });
  await openai.chat.completions.create({ model: 'gpt-4.1@in=10,out=5', messages: [{ role: 'user', content: 'Hello' }], user: 'ann' });
  new OpenAI({ apiKey: 'test' });
  console.log('done');
  process.stdin.resume();
`;
const apps = {
  'app.mjs': `import OpenAI from 'openai';${CALLS}`,
  'app.cjs': `const OpenAI = require('openai'); (async () => {${CALLS}})();`,
};

describe('an SDK of a version that nobody has tested', () => {
  let server: Provider;
  before(async () => {
    server = await startProvider();
  });
  after(() => server.close());

  async function run(
    folder: string,
    file: keyof typeof apps,
    env: Record<string, string> = {},
    more: string[] = [],
  ) {
    await writeFile(join(folder, file), apps[file]);
    const app = new App([...more, '--import', register, join(folder, file)], {
      TEST_OPENAI_URL: server.openaiUrl,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      ...env,
    });
    await app.find(/^done$/m);
    const [, url = ''] = await app.find(/metrics at (\S+)/);
    const scrape = await look(url);
    assert.equal(await app.finish(), 0);
    return { scrape, stderr: app.stderr };
  }

  for (const file of ['app.mjs', 'app.cjs'] as const) {
    test(`${file}: with the seam it is metered, and a warning says once that it was not tested`, async () => {
      await using folder = await temporaryFolder();
      await installAs(folder.path, 'openai', '9.0.0');
      const { scrape, stderr } = await run(folder.path, file);
      assert.match(scrape, /^tokenmeter_requests_total\{user_id="ann".*\} 1$/m);
      assert.equal(stderr.match(/openai 9\.0\.0 is not one of the versions/g)?.length, 1, stderr);
      assert.match(stderr, />=\d\S* <\d/);
    });

    test(`${file}: without the seam a warning says once that its calls are not metered`, async () => {
      await using folder = await temporaryFolder();
      await installAs(folder.path, 'openai', '9.0.0', (source) => source.replaceAll('methodRequest', 'send'));
      const { scrape, stderr } = await run(folder.path, file);
      assert.doesNotMatch(scrape, /user_id="ann"/);
      assert.equal(stderr.match(/openai 9\.0\.0: calls are not metered/g)?.length, 1, stderr);
    });

    test(`${file}: nor is it silent when the client has moved to a file that nobody knows`, async () => {
      await using folder = await temporaryFolder();
      const body = `class OpenAI { chat = { completions: { create: async () => ({}) } } }`;
      await install(
        folder.path,
        'openai',
        { version: '9.1.0', exports: { import: './index.mjs', require: './index.js' } },
        { 'index.js': `${body} module.exports = OpenAI;`, 'index.mjs': `${body} export default OpenAI;` },
      );
      const { stderr } = await run(folder.path, file);
      assert.equal(stderr.match(/openai 9\.1\.0: calls are not metered/g)?.length, 1, stderr);
    });
  }

  test('the warning goes to the logger of an app that has one, and nowhere else', async () => {
    await using folder = await temporaryFolder();
    await installAs(folder.path, 'openai', '9.0.0');
    const api = new URL('../node_modules/@opentelemetry/api', import.meta.url).pathname;
    await cp(api, join(folder.path, 'node_modules/@opentelemetry/api'), { recursive: true });
    const logger = join(folder.path, 'logger.cjs');
    await writeFile(
      logger,
      `const { diag } = require('@opentelemetry/api');
       const log = (...words) => console.log('LOGGED', ...words);
       diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });`,
    );
    await writeFile(join(folder.path, 'app.cjs'), `require('./logger.cjs');${apps['app.cjs']}`);
    const app = new App(['--import', register, join(folder.path, 'app.cjs')], {
      TEST_OPENAI_URL: server.openaiUrl,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    assert.equal(app.stdout.match(/LOGGED.*openai 9\.0\.0 is not one/g)?.length, 1, app.stdout);
    assert.doesNotMatch(app.stderr, /is not one of the versions/);
  });

  test('without any logger, as with startTokenmeter, Node prints it', async () => {
    await using folder = await temporaryFolder();
    await installAs(folder.path, 'openai', '9.0.0');
    const index = new URL('../dist/index.js', import.meta.url).href;
    const file = join(folder.path, 'app.mjs');
    await writeFile(
      file,
      `import { startTokenmeter } from ${JSON.stringify(index)};
       const meter = startTokenmeter({ prometheus: { port: 0 } });
       await import('openai');
       console.log(JSON.stringify((await meter.diagnose()).sdks));
       await meter.shutdown();`,
    );
    const app = new App([file], {});
    const [sdks = '[]'] = await app.find(/^\[.*\]$/m);
    assert.deepEqual(JSON.parse(sdks), [
      {
        module: 'openai',
        version: '9.0.0',
        tested: false,
        format: 'ES module',
        by: 'loader hook',
        metered: true,
      },
    ]);
    assert.equal(await app.exit, 0);
    assert.match(app.stderr, /TokenmeterWarning: openai 9\.0\.0 is not one of the versions/);
  });
});
