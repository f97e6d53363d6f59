import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { TokenmeterInstrumentation, type TokenmeterInstrumentationConfig } from '../../src/index.ts';
import { createMeter } from '../support/meter.ts';

const openai = new OpenAI({
  apiKey: 'test',
  fetch: async () =>
    Response.json({ model: 'gpt-4.1', usage: { prompt_tokens: 1000, completion_tokens: 0 } }),
});
const call = (user: string) =>
  openai.chat.completions.create({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hello' }], user });

/** An instrumentation on a meter provider of the app's own, with OTel's exporter for Prometheus. */
function joined(config: TokenmeterInstrumentationConfig = {}) {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const instrumentation = new TokenmeterInstrumentation(config);
  instrumentation.setMeterProvider(new MeterProvider({ readers: [exporter] }));
  instrumentation.manuallyInstrument(OpenAI);
  const serializer = new PrometheusSerializer();
  const costs = async () => {
    const { resourceMetrics } = await exporter.collect();
    const text = serializer.serialize(resourceMetrics);
    return Object.fromEntries(
      [...text.matchAll(/^tokenmeter_cost_usd_total\{user_id="([^"]*)".* (\S+)$/gm)].map(
        ([, user, value]) => [user, Number(value)],
      ),
    );
  };
  return { costs, [Symbol.dispose]: () => instrumentation.disable() };
}

describe("a meter provider of the app's own", () => {
  test('that Prometheus scrapes: zero first', async () => {
    using app = joined();
    await call('ann');
    assert.deepEqual(
      [await app.costs(), await app.costs(), await app.costs()],
      [{ ann: 0 }, { ann: 0 }, { ann: 0.002 }],
    );
  });

  test('zeroFirst: never', async () => {
    using app = joined({ zeroFirst: 'never' });
    await call('ann');
    assert.deepEqual(await app.costs(), { ann: 0.002 });
  });

  test('that pushes: the value at once; zeroFirst: always holds it back', async () => {
    for (const [config, expected] of [
      [{}, [0.002, 0.002, 0.002]],
      [{ zeroFirst: 'always' }, [0, 0, 0.002]],
    ] as const) {
      const meter = createMeter(config);
      meter.instrumentation.manuallyInstrument(OpenAI);
      await call('ann');
      const cost = () => meter.sum('tokenmeter.cost.usd', { 'user.id': 'ann' });
      assert.deepEqual([await cost(), await cost(), await cost()], expected);
      meter.instrumentation.disable();
    }
  });

  test("2,000 users stay within OpenTelemetry's limit, so nothing falls into its overflow", async () => {
    const meter = createMeter();
    meter.instrumentation.manuallyInstrument(OpenAI);
    for (let n = 0; n < 2500; n++) await call(`user-${n}`);
    const points = await meter.points();
    meter.instrumentation.disable();
    assert.ok(points.every(({ labels }) => !('otel.metric.overflow' in labels)));
    const costs = points.filter(({ metric }) => metric === 'tokenmeter.cost.usd');
    assert.equal(Math.round(costs.reduce((sum, { value }) => sum + (value as number), 0) * 1000), 5000);
    assert.ok(costs.length > 900);
  });
});
