import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { VERSION as SDK_VERSION } from 'openai/version';
import { ConfigError, startTokenmeter, type TokenmeterConfig } from '../src/index.ts';
import { VERSION } from '../src/version.ts';
import { type Provider, startProvider } from './provider/server.ts';
import { GPT, hello } from './support/setup.ts';

describe('startTokenmeter', () => {
  let server: Provider;
  let openai: OpenAI;
  before(async () => {
    server = await startProvider();
    openai = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl });
  });
  after(() => server.close());

  const call = (user: string) => openai.chat.completions.create({ model: GPT, messages: hello, user });

  test('serves what it meters, until it is shut down', async () => {
    const meter = startTokenmeter({ prometheus: { port: 0, path: '/llm' }, serviceName: 'shop' });
    meter.instrumentation.manuallyInstrument(OpenAI);
    await call('ann');
    const url = (await meter.metricsUrl) ?? assert.fail();
    assert.match(url, /^http:\/\/localhost:\d+\/llm$/);
    const response = await fetch(`${url}?zero_first=false`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    assert.match(text, /^target_info\{.*service_name="shop"/m);
    assert.match(text, /^tokenmeter_cost_usd_total\{user_id="ann".*\} 0\.0018$/m);
    assert.doesNotMatch(text, /otel_scope/);
    assert.equal((await fetch(new URL('/', url))).status, 404);

    await meter.shutdown();
    await meter.shutdown();
    await assert.rejects(fetch(url));
    const before = server.requests.length;
    await call('bob');
    assert.equal(server.requests.length, before + 1, 'the app goes on');
  });

  test('a busy port is an error that names it and the way out, and takes nothing down', async () => {
    const blocker = createServer().listen(0, 'localhost');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const meter = startTokenmeter({ prometheus: { port } });
    await assert.rejects(
      meter.metricsUrl,
      new RegExp(`port ${port} on localhost is in use.*to 0 for any free one`),
    );
    await meter.shutdown();
    blocker.close();
  });

  test('joins a meter provider that the app has registered', async (t) => {
    const provider = new MeterProvider();
    metrics.setGlobalMeterProvider(provider);
    t.after(() => metrics.disable());
    const meter = startTokenmeter();
    assert.equal(await meter.metricsUrl, undefined, 'the app has its own exporters');
    await meter.shutdown();
    await provider.forceFlush();
    await provider.shutdown();
  });

  test('leaves the global places free for an app that sets up OpenTelemetry later', async (t) => {
    const meter = startTokenmeter({ prometheus: { port: 0 } });
    t.after(() => metrics.disable());
    assert.equal(metrics.setGlobalMeterProvider(new MeterProvider()), true);
    await meter.shutdown();
  });

  test('diagnose() says what is metered, and where metrics and traces go', async () => {
    const meter = startTokenmeter({ prometheus: { port: 0 } });
    meter.instrumentation.manuallyInstrument(OpenAI);
    const { sdks, metrics, traces, problems, version } = await meter.diagnose();
    const found = sdks.filter(({ module, by }) => module === 'openai' && by === 'manuallyInstrument');
    const facts = { module: 'openai', version: SDK_VERSION, tested: true, format: undefined };
    assert.deepEqual(found, [{ ...facts, by: 'manuallyInstrument', metered: true }]);
    assert.deepEqual(metrics, [{ exporter: 'prometheus', url: await meter.metricsUrl }]);
    assert.deepEqual(traces, [{ exporter: 'app' }]);
    // The helpers of these tests have loaded it.
    assert.match(problems.join(), /^(@anthropic-ai\/sdk \S+ is not metered)?$/);
    assert.equal(version, VERSION);
    await meter.shutdown();
    const after = await meter.diagnose();
    assert.ok(after.sdks.every(({ metered }) => !metered));
    assert.match(after.problems.join(), /openai \d\S* is not metered/);
  });

  test('diagnose() has a problem for a port that is in use', async () => {
    const blocker = createServer().listen(0, 'localhost');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const meter = startTokenmeter({ prometheus: { port } });
    const { metrics, problems } = await meter.diagnose();
    assert.deepEqual(metrics, [{ exporter: 'prometheus', url: undefined }]);
    assert.match(problems.join('\n'), new RegExp(`port ${port} on localhost is in use`));
    await meter.shutdown();
    blocker.close();
  });

  test('a bad option stops it', () => {
    const config = { prometheus: { port: -1 } } as TokenmeterConfig;
    assert.throws(
      () => startTokenmeter(config),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(
          error.message,
          /option prometheus.port: got -1, expected a whole number from 0 to 65535/,
        );
        return true;
      },
    );
  });
});
