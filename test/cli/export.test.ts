import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createStore } from '../../src/ledger/open.ts';
import { startRecording } from '../../src/ledger/recording.ts';
import { callAt } from '../ledger/calls.ts';
import { command, tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: { TOKENMETER_LEDGER: string };
before(async () => {
  folder = await temporaryFolder();
  env = { TOKENMETER_LEDGER: `${folder.path}/usage.db` };
  const options = { sqlite: env.TOKENMETER_LEDGER };
  const recording = startRecording(createStore(options), options);
  for (let call = 0; call < 5000; call++) recording.sink.settle(callAt('2026-07-01T12:00:00Z'));
  await recording.shutdown();
});
after(() => folder[Symbol.asyncDispose]());

const report = (...args: string[]) => tokenmeter(['report', ...args], { env });

for (const format of ['csv', 'json', 'parquet']) {
  test(`a file that cannot be written is one line of an error: ${format}`, () => {
    for (const [out, message] of [
      [`${folder.path}/nowhere/calls`, /^error: ENOENT: .*\n$/],
      ['/dev/full', /^error: ENOSPC: .*\n$/],
    ] as const) {
      const { code, stderr } = report('export', '--format', format, '--out', out);
      assert.match(stderr, message);
      assert.equal(code, 1);
    }
  });
}

test('options that contradict each other are refused', () => {
  for (const [message, ...args] of [
    [/--json and --format parquet are two formats/, '--json', '--format', 'parquet', '--out', 'calls'],
    [/--json and --format csv are two formats/, '--json', '--format', 'csv'],
    [/--out is the ledger itself/, '--out', env.TOKENMETER_LEDGER],
  ] as const) {
    const { code, stderr } = report('export', ...args);
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
  assert.equal(report('export', '--json', '--format', 'json', '--to', '2026-06-30').stdout, '[]\n');
});

for (const args of [['export'], ['export', '--json'], ['top']]) {
  test(`a reader that has seen enough ends it quietly: ${args.join(' ')}`, async () => {
    const child = spawn(process.execPath, [command, 'report', ...args], {
      env: { PATH: process.env.PATH, ...env },
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });
}
