import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { type Provider, startProvider } from '../provider/server.ts';
import { missingFromMatrix, requireFromMatrix } from '../support/from-matrix.ts';
import { createMeter, type TestMeter } from '../support/meter.ts';
import { CLAUDE, GPT } from '../support/setup.ts';

const OPENAI = '@langchain/openai';
const ANTHROPIC = '@langchain/anthropic';

describe('LangChain', { skip: missingFromMatrix(OPENAI, ANTHROPIC) }, () => {
  let server: Provider;
  let meter: TestMeter;
  before(async () => {
    server = await startProvider();
    meter = createMeter();
    meter.instrumentation.manuallyInstrument(requireFromMatrix('openai', OPENAI));
    meter.instrumentation.manuallyInstrument(requireFromMatrix('@anthropic-ai/sdk', ANTHROPIC));
  });
  after(async () => {
    meter.instrumentation.disable();
    await server.close();
  });

  const models = () => {
    const { ChatOpenAI } = requireFromMatrix(OPENAI);
    const { ChatAnthropic } = requireFromMatrix(ANTHROPIC);
    return [
      new ChatOpenAI({
        model: GPT,
        apiKey: 'test',
        configuration: { baseURL: server.openaiUrl },
        maxRetries: 0,
      }),
      new ChatAnthropic({
        model: CLAUDE,
        apiKey: 'test',
        anthropicApiUrl: server.anthropicUrl,
        maxRetries: 0,
      }),
    ];
  };
  const cost = () => meter.sum('tokenmeter.cost.usd');

  test('a call through it is metered once, also inside a span with usage of the framework', async () => {
    for (const model of models()) {
      const before = { cost: await cost(), requests: await meter.sum('tokenmeter.requests') };
      meter.takeSpans();
      const outer = trace.getTracer('framework').startSpan('chat', {
        attributes: { 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.cost.amount': 1 },
      });
      const answer = await model.invoke('Hello');
      outer.end();
      const spans = meter.takeSpans();
      assert.equal(spans.length, 1);
      assert.equal(answer.usage_metadata.input_tokens, spans[0]?.attributes['gen_ai.usage.input_tokens']);
      assert.equal(await meter.sum('tokenmeter.requests'), before.requests + 1);
      const charged = Number(spans[0]?.attributes['gen_ai.usage.cost.amount']);
      assert.ok(charged > 0);
      assert.ok(Math.abs((await cost()) - before.cost - charged) < 1e-12);
    }
  });

  test('a stream likewise', async () => {
    for (const model of models()) {
      meter.takeSpans();
      let text = '';
      for await (const chunk of await model.stream('Hello')) text += chunk.content;
      const spans = meter.takeSpans();
      assert.ok(text.length > 0);
      assert.equal(spans.length, 1);
      assert.equal(spans[0]?.attributes['tokenmeter.outcome'], 'ok');
      assert.ok(Number(spans[0]?.attributes['gen_ai.usage.input_tokens']) > 0);
    }
  });
});
