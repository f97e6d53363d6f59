import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Provider, startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { declaredLacking } from '../support/lacking.ts';
import { look } from '../support/scrape.ts';

const apps = new URL('./apps/', import.meta.url).pathname;

describe('tokenmeter/register', () => {
  let server: Provider;
  before(async () => {
    server = await startProvider();
  });
  after(() => server.close());

  function start(flag: string, app: string, env: Record<string, string> = {}): App {
    // openai 4 takes `punycode` from Node, by way of node-fetch.
    return new App(['--disable-warning=DEP0040', flag, 'tokenmeter/register', `${apps}${app}`], {
      TEST_OPENAI_URL: server.openaiUrl,
      TEST_ANTHROPIC_URL: server.anthropicUrl,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      ...env,
    });
  }

  async function scrape(app: App): Promise<string> {
    await app.find(/^done$/m);
    const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
    return look(url);
  }

  for (const flag of ['--import', '--require']) {
    for (const file of ['app.mjs', 'app.cjs']) {
      test(`${flag}, ${file}`, async () => {
        const app = start(flag, file);
        const text = await scrape(app);
        assert.equal(await app.finish(), 0);
        assert.doesNotMatch(app.stderr, /DeprecationWarning|not metered|fault/);
        for (const line of EXPECTED) assert.ok(text.includes(`\n${line}\n`), `${line}\nis not in\n${text}`);
      });
    }
  }

  for (const order of ['before', 'after']) {
    test(`an app's own loader hooks, registered ${order}, go on working`, async () => {
      const preloads = ['tokenmeter/register', `${apps}own-hooks.mjs`];
      if (order === 'before') preloads.reverse();
      const app = new App([...preloads.flatMap((preload) => ['--import', preload]), `${apps}hooked.mjs`], {
        TEST_OPENAI_URL: server.openaiUrl,
        OTEL_METRICS_EXPORTER: 'console',
      });
      assert.equal(await app.finish(), 0, app.stderr);
      assert.match(app.stdout, /^commander: patched$/m);
      assert.match(app.stdout, /name: 'tokenmeter.cost.usd'/);
    });
  }

  test('prints what is wrong with a variable, and lets the app run', async () => {
    const app = start('--import', 'app.mjs', { OTEL_EXPORTER_PROMETHEUS_PORT: 'ninety' });
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    assert.match(
      app.stderr,
      /tokenmeter: not started: .*variable OTEL_EXPORTER_PROMETHEUS_PORT: got "ninety", expected a whole number from 0 to 65535/,
    );
  });

  test('names a port that is in use and the way out, and lets the app run', async () => {
    const blocker = createServer().listen(0, 'localhost');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const app = start('--import', 'app.mjs', { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    blocker.close();
    assert.match(
      app.stderr,
      new RegExp(`port ${port} on localhost is in use.*OTEL_EXPORTER_PROMETHEUS_PORT`),
    );
  });

  test('OTEL_SDK_DISABLED=true: the app runs, nothing listens', async () => {
    const app = start('--import', 'app.mjs', { OTEL_SDK_DISABLED: 'true' });
    // The app itself fails when it sees a usage chunk: nothing was added either.
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    assert.equal(app.stderr, '');
  });

  test('traces go where OTEL_TRACES_EXPORTER says, one span a call', async () => {
    const app = start('--import', 'app.cjs', {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
    });
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    const names = [...app.stdout.matchAll(/^ {2}name: '(.*)',$/gm)].map(([, name]) => name);
    assert.equal(names.length, 6 + responses + betaMessages, names.join('\n'));
    assert.equal(app.stdout.match(/'gen_ai.usage.cost.amount'/g)?.length, names.length);
  });

  test('metrics go where OTEL_METRICS_EXPORTER says, at the latest when the process ends', async () => {
    const app = start('--import', 'app.mjs', { OTEL_METRICS_EXPORTER: 'console' });
    await app.find(/^done$/m);
    assert.equal(await app.finish(), 0);
    assert.match(app.stdout, /name: 'tokenmeter.cost.usd'/);
  });
});

// Calls that not every version of the SDKs can make.
const responses = declaredLacking('openai').includes('responses') ? 0 : 1;
const betaMessages = declaredLacking('anthropic').includes('beta.messages') ? 0 : 1;
const cats = 1 + betaMessages;

const GPT =
  'gen_ai_request_model="gpt-4.1@in=1000,cached=400,out=50",gen_ai_response_model="gpt-4.1-2025-04-14"';
const CLAUDE =
  'gen_ai_request_model="claude-sonnet-4-5@in=10,read=30,write5m=20,write1h=5,out=7",gen_ai_response_model="claude-sonnet-4-5-20250929"';
const ann = `user_id="ann",gen_ai_provider_name="openai",gen_ai_operation_name="chat",${GPT}`;
const bob = `user_id="bob",gen_ai_provider_name="openai",gen_ai_operation_name="chat",${GPT}`;
const cat = `user_id="cat",gen_ai_provider_name="anthropic",gen_ai_operation_name="chat",${CLAUDE}`;
const nobody = `gen_ai_provider_name="anthropic",gen_ai_operation_name="chat",${CLAUDE}`;

const EXPECTED = [
  `gen_ai_client_inference_usage_input_tokens_total{${ann},gen_ai_token_modality="text"} 2000`,
  `gen_ai_client_inference_usage_output_tokens_total{${ann},gen_ai_token_modality="text"} 100`,
  `gen_ai_client_inference_usage_cache_read_input_tokens_total{${ann},gen_ai_token_modality="text"} 800`,
  `tokenmeter_cost_usd_total{${ann}} 0.0036`,
  ...(responses ? [`tokenmeter_cost_usd_total{${bob}} 0.0018`] : []),
  `tokenmeter_requests_total{${ann},outcome="ok"} 2`,
  `gen_ai_client_inference_usage_input_tokens_total{${cat},gen_ai_token_modality="text"} ${65 * cats}`,
  `gen_ai_client_inference_usage_cache_write_input_tokens_total{${cat},gen_ai_token_modality="text"} ${25 * cats}`,
  `tokenmeter_cost_usd_total{${cat}} ${0.000249 * cats}`,
  `tokenmeter_cost_usd_total{${nobody}} 0.000249`,
  `gen_ai_client_inference_duration_count{gen_ai_provider_name="openai",gen_ai_operation_name="chat",${GPT}} ${2 + responses}`,
];
