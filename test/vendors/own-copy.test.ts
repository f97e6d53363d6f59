import assert from 'node:assert/strict';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Provider, startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { missingFromMatrix } from '../support/from-matrix.ts';
import { look } from '../support/scrape.ts';
import { hello } from '../support/setup.ts';

const FOUNDRY = '@anthropic-ai/foundry-sdk';
const AWS = '@anthropic-ai/aws-sdk';
const OTHER_SDK = 'anthropic-1.0';

const register = new URL('../../dist/register.js', import.meta.url).href;
const installed = new URL('../../matrix/node_modules/', import.meta.url).pathname;

const params = { model: 'claude-haiku-4-5@in=10,read=30,out=7', max_tokens: 100, messages: hello };
const CALLS = `
  const url = process.env.TEST_ANTHROPIC_URL;
  const clients = [
    new Anthropic({ baseURL: url, apiKey: 'test' }),
    new AnthropicFoundry({ baseURL: url + '/anthropic', apiKey: 'test' }),
    new AnthropicAws({ baseURL: url, awsRegion: 'us-east-1', workspaceId: 'wrkspc_1', apiKey: 'test' }),
  ];
  for (const [index, client] of clients.entries()) {
    const params = { ...${JSON.stringify(params)}, metadata: { user_id: ['home', 'foundry', 'aws'][index] } };
    await client.messages.create(params);
    for await (const _ of await client.messages.create({ ...params, stream: true }));
  }
  console.log('own copies:', !(clients[1] instanceof Anthropic), clients[2] instanceof Anthropic);
  console.log('done');
  process.stdin.resume();
`;
const apps = {
  'app.mjs': `
    import Anthropic from '@anthropic-ai/sdk';
    import { AnthropicFoundry } from '${FOUNDRY}';
    import { AnthropicAws } from '${AWS}';
    ${CALLS}`,
  'app.cjs': `
    const { Anthropic } = require('@anthropic-ai/sdk');
    const { AnthropicFoundry } = require('${FOUNDRY}');
    const { AnthropicAws } = require('${AWS}');
    (async () => {${CALLS}})();`,
};

/** An app's packages: its own SDK, which one vendor's package shares; another's brings an older one along. */
async function installPackages(modules: string): Promise<void> {
  const link = async (name: string, path: string) => {
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(installed, name), path);
  };
  await link('@anthropic-ai/sdk', join(modules, '@anthropic-ai/sdk'));
  await link(AWS, join(modules, AWS));
  const foundry = join(modules, FOUNDRY);
  const nested = join(foundry, 'node_modules/@anthropic-ai/sdk');
  const isCode = (file: string) => !/\.(ts|mts|map|md)$/.test(file) && !/\/src$/.test(file);
  await cp(join(installed, FOUNDRY), foundry, { recursive: true, filter: isCode });
  // Hooks know it by its path, so it is no link.
  await cp(join(installed, OTHER_SDK), nested, { recursive: true, filter: isCode });
  for (const name of ['@opentelemetry/api', 'standardwebhooks', 'json-schema-to-ts']) {
    await link(name, join(modules, name));
  }
}

describe("a vendor's package loaded after tokenmeter/register", {
  skip: missingFromMatrix(FOUNDRY, AWS, OTHER_SDK),
}, () => {
  let server: Provider;
  before(async () => {
    server = await startProvider();
  });
  after(() => server.close());

  for (const [file, source] of Object.entries(apps)) {
    test(`${file}: metered once, whether it shares the app's SDK or brings its own`, async () => {
      await using folder = await temporaryFolder();
      await installPackages(join(folder.path, 'node_modules'));
      await writeFile(join(folder.path, file), source);
      const app = new App(['--import', register, join(folder.path, file)], {
        TEST_ANTHROPIC_URL: server.anthropicUrl,
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      });
      await app.find(/^done$/m);
      const [, url = ''] = await app.find(/metrics at (\S+)/);
      const scrape = await look(url);
      assert.equal(await app.finish(), 0);
      assert.match(app.stdout, /^own copies: true true$/m);
      assert.doesNotMatch(app.stderr, /not metered|not one of the versions|fault/);
      for (const [user, vendor] of [
        ['home', 'anthropic'],
        ['foundry', 'azure.ai.inference'],
        ['aws', 'anthropic'],
      ]) {
        const labels = `{user_id="${user}",gen_ai_provider_name="${vendor}",.*`;
        assert.match(scrape, new RegExp(`^tokenmeter_requests_total${labels}outcome="ok"} 2$`, 'm'));
        assert.match(scrape, new RegExp(`^tokenmeter_cost_usd_total${labels}} 0\\.000096$`, 'm'));
      }
    });
  }
});
