import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallLogger, callLogs } from '../../src/telemetry/logs.ts';
import { startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { settled } from './calls.ts';

test('a call is one log record, without content', () => {
  const records: Parameters<CallLogger['emit']>[0][] = [];
  const sink = callLogs(() => ({ emit: (record) => records.push(record) }));
  sink.settle({ ...settled({ user: 'ann', team: 'search', picoUsd: 1_500_000n }), startedAtMs: 1000 });
  sink.settle(settled({ outcome: 'error' }));
  const [first, second] = records;
  assert.equal(first?.eventName, 'tokenmeter.call');
  assert.equal(first?.timestamp, 1000);
  assert.deepEqual(first?.attributes, {
    'user.id': 'ann',
    team: 'search',
    'gen_ai.provider.name': 'openai',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4.1',
    'gen_ai.response.model': 'gpt-4.1',
    outcome: 'ok',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 0,
    'gen_ai.usage.cache_write.input_tokens': 0,
    'gen_ai.usage.reasoning.output_tokens': 0,
    'gen_ai.usage.cost.amount': 0.0000015,
    'gen_ai.usage.cost.currency': 'USD',
    'tokenmeter.requests': 1,
    'tokenmeter.duration.seconds': 1,
  });
  assert.equal(second?.severityText, 'WARN');
});

test('they go where OTEL_LOGS_EXPORTER says, at the latest when the process ends', async () => {
  const server = await startProvider();
  try {
    const app = new App([new URL('../ledger/apps/caller.mjs', import.meta.url).pathname], {
      TEST_OPENAI_URL: server.openaiUrl,
      TEST_CALLS: '2',
      TOKENMETER_LOGS: 'true',
      OTEL_LOGS_EXPORTER: 'console',
    });
    assert.equal(await app.exit, 0, app.stderr);
    assert.equal(app.stdout.match(/tokenmeter\.call\b/g)?.length, 2, app.stdout);
    assert.match(app.stdout, /'gen_ai\.usage\.cost\.amount': 0\.0024/);
  } finally {
    await server.close();
  }
});
