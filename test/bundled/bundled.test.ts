import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Provider, startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { missingFromMatrix } from '../support/from-matrix.ts';

interface Bundles {
  readonly bundles: Readonly<Record<string, (folder: string) => Promise<string>>>;
}
const { bundles } = (await import(
  new URL('../../examples/bundled/build.mjs', import.meta.url).href
)) as Bundles;

const skip = missingFromMatrix('esbuild', 'webpack');

describe('a bundled app', { skip }, () => {
  let server: Provider;
  before(async () => {
    server = await startProvider();
  });
  after(() => server.close());

  const start = (file: string, env: Record<string, string> = {}) =>
    new App([file], {
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: server.openaiUrl,
      OPENAI_MODEL: 'gpt-4.1@in=1000,out=50',
      ANTHROPIC_API_KEY: 'test',
      ANTHROPIC_BASE_URL: server.anthropicUrl,
      ANTHROPIC_MODEL: 'claude-sonnet-5@in=10,out=7',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      ...env,
    });

  for (const [name, build] of Object.entries(bundles)) {
    test(`${name}: is metered, with users, and needs nothing beside it`, { timeout: 200_000 }, async () => {
      await using folder = await temporaryFolder();
      const app = start(await build(folder.path));
      // An uncaught error shows the minified line that it comes from.
      assert.equal(await app.exit, 0, app.stderr.slice(-2000));
      assert.doesNotMatch(app.stderr, /not metered|fault|Error/);
      assert.match(app.stdout, /^openai \d+\.\d+\.\d+\S* metered$/m);
      assert.match(app.stdout, /^@anthropic-ai\/sdk \d+\.\d+\.\d+\S* metered$/m);
      const series = (metric: string, user: string, provider: string, value: string) =>
        new RegExp(
          `^${metric}\\{user_id="${user}",.*gen_ai_provider_name="${provider}",.*\\} ${value}$`,
          'm',
        );
      assert.match(app.stdout, series('tokenmeter_requests_total', 'u_42', 'openai', '1'));
      assert.match(app.stdout, series('tokenmeter_requests_total', 'u_43', 'anthropic', '1'));
      assert.match(app.stdout, series('tokenmeter_cost_usd_total', 'u_42', 'openai', '0.0024'));
      assert.match(
        app.stdout,
        series('gen_ai_client_inference_usage_output_tokens_total', 'u_43', 'anthropic', '7'),
      );
    });
  }

  test('an exporter that was left behind is named; without traces, it is metered', async () => {
    await using folder = await temporaryFolder();
    const file = (await bundles['esbuild-esm']?.(folder.path)) ?? assert.fail();
    const metrics = start(file, { OTEL_METRICS_EXPORTER: 'otlp' });
    assert.equal(await metrics.exit, 1);
    assert.match(
      metrics.stderr,
      /TokenmeterError\]?: OTEL_METRICS_EXPORTER=otlp: no exporter: .*exporter-metrics-otlp-proto/,
    );
    const traces = start(file, { OTEL_TRACES_EXPORTER: 'otlp' });
    assert.equal(await traces.exit, 0, traces.stderr.slice(-2000));
    assert.match(traces.stderr, /no traces are exported: .*@opentelemetry\/sdk-node/);
    assert.match(traces.stdout, /^tokenmeter_requests_total\{user_id="u_42"/m);
  });
});
