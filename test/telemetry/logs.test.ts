import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLedger } from '../../src/index.ts';
import { type CallLogger, callLogs } from '../../src/telemetry/logs.ts';
import { collect } from '../ledger/calls.ts';
import { startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { settled } from './calls.ts';

test('a call is one log record, without content', () => {
  const records: Parameters<CallLogger['emit']>[0][] = [];
  const sink = callLogs(() => ({ emit: (record) => records.push(record) }));
  const call = settled({ user: 'ann', team: 'search', picoUsd: 1_500_000n });
  sink.settle({ ...call, id: 'a1b2-0', startedAtMs: 1000 });
  sink.settle(settled({ outcome: 'error' }));
  const [first, second] = records;
  assert.equal(first?.eventName, 'tokenmeter.call');
  assert.equal(first?.timestamp, 1000);
  assert.deepEqual(first?.attributes, {
    'tokenmeter.call.id': 'a1b2-0',
    'user.id': 'ann',
    team: 'search',
    'gen_ai.provider.name': 'openai',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4.1',
    'gen_ai.response.model': 'gpt-4.1',
    outcome: 'ok',
    'tokenmeter.endpoint': '/chat/completions',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 0,
    'gen_ai.usage.cache_write.input_tokens': 0,
    'gen_ai.usage.reasoning.output_tokens': 0,
    'tokenmeter.usage.total_tokens': 15,
    'tokenmeter.usage.input_audio_tokens': 0,
    'tokenmeter.usage.input_image_tokens': 0,
    'tokenmeter.usage.output_audio_tokens': 0,
    'tokenmeter.usage.output_image_tokens': 0,
    'gen_ai.usage.cost.amount': 0.0000015,
    'gen_ai.usage.cost.currency': 'USD',
    'tokenmeter.cost.pico_usd': '1500000',
    'tokenmeter.requests': 1,
    'tokenmeter.duration.seconds': 1,
  });
  assert.equal(second?.severityText, 'WARN');
});

test('ids that came with answers are cleaned and cut', () => {
  const ids: unknown[] = [];
  const sink = callLogs(() => ({ emit: ({ attributes }) => ids.push(attributes['gen_ai.response.id']) }));
  sink.settle({ ...settled({}), responseId: `resp\x1b[31m${'x'.repeat(5000)}` });
  assert.deepEqual(ids, [`resp\uFFFD[31m${'x'.repeat(247)}`]);
});

test('they go where OTEL_LOGS_EXPORTER says, at the latest when the process ends, with the ids of the ledger', async () => {
  await using folder = await temporaryFolder();
  const ledgerFile = `${folder.path}/usage.db`;
  const server = await startProvider();
  try {
    const app = new App([new URL('../ledger/apps/caller.mjs', import.meta.url).pathname], {
      TEST_OPENAI_URL: server.openaiUrl,
      TEST_CALLS: '2',
      TOKENMETER_LOGS: 'true',
      TOKENMETER_LEDGER: ledgerFile,
      OTEL_LOGS_EXPORTER: 'console',
    });
    assert.equal(await app.exit, 0, app.stderr);
    assert.equal(app.stdout.match(/'tokenmeter\.call'/g)?.length, 2, app.stdout);
    assert.match(app.stdout, /'gen_ai\.usage\.cost\.amount': 0\.0024/);
    const ids = [...app.stdout.matchAll(/'tokenmeter\.call\.id': '(.+)'/g)].map(([, id]) => id);
    await using ledger = await openLedger(ledgerFile);
    const rows = await collect(ledger.calls());
    assert.deepEqual(ids.sort(), rows.map(({ id }) => id).sort());
    assert.equal(new Set(ids).size, 2);
  } finally {
    await server.close();
  }
});
