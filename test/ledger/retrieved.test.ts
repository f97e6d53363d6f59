import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { startTokenmeter } from '../../src/index.ts';
import { startProvider } from '../provider/server.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { look } from '../support/scrape.ts';

test('a background response is metered once, also by processes that are started later', async () => {
  await using folder = await temporaryFolder();
  const server = await startProvider();
  const openai = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl, maxRetries: 0 });
  /** As a process of its own: nothing but the ledger is left of the last one. */
  const run = async (work: () => Promise<unknown>) => {
    const meter = startTokenmeter({
      prometheus: { port: 0 },
      ledger: { sqlite: `${folder.path}/ledger.db` },
    });
    meter.instrumentation.manuallyInstrument(OpenAI);
    await meter.ledger?.ready();
    await work();
    const metrics = await look((await meter.metricsUrl) ?? '');
    const [sum] = (await meter.ledger?.usage()) ?? [];
    await meter.shutdown();
    return {
      tokens: /^gen_ai_client_inference_usage_input_tokens_total\{.*\} (\d+)$/m.exec(metrics)?.[1],
      sum,
    };
  };
  try {
    let id = '';
    const begun = await run(async () => {
      const model = 'gpt-4.1@in=1000,out=50';
      ({ id } = await openai.responses.create({ model, input: 'Hello', background: true }));
    });
    assert.equal(begun.sum?.requests, 1);
    const retrieve = async () => {
      while ((await openai.responses.retrieve(id)).status !== 'completed');
    };
    const first = await run(retrieve);
    assert.equal(first.tokens, '1000');
    assert.equal(first.sum?.inputTokens, 1000);
    const second = await run(retrieve);
    assert.equal(second.tokens, undefined);
    assert.equal(second.sum?.inputTokens, 1000);
    assert.equal(second.sum?.requests, 1);
  } finally {
    await server.close();
  }
});
