import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openLedger } from '../../src/index.ts';
import { createStore } from '../../src/ledger/open.ts';
import { startRecording } from '../../src/ledger/recording.ts';
import { callAt, collect } from '../ledger/calls.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const DAY_MS = 86_400_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: { TOKENMETER_LEDGER: string };
before(async () => {
  folder = await temporaryFolder();
  env = { TOKENMETER_LEDGER: `${folder.path}/usage.db` };
  const options = { sqlite: env.TOKENMETER_LEDGER };
  const recording = startRecording(createStore(options), options);
  const add = (daysAgo: number, calls: number) => {
    const time = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
    for (let call = 0; call < calls; call++) recording.sink.settle(callAt(time, { user: 'ann' }));
  };
  add(400, 7);
  add(100, 6000);
  add(0, 3);
  await recording.shutdown();
});
after(() => folder[Symbol.asyncDispose]());

const report = (...args: string[]) => tokenmeter(['report', ...args], { env });
const prune = (...args: string[]) => {
  const { code, stdout, stderr } = report('prune', '--keep-days', '90', ...args);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  return stdout;
};
const calls = async () => {
  await using ledger = await openLedger(env.TOKENMETER_LEDGER);
  return (await collect(ledger.calls())).length;
};
const summed = () => JSON.parse(report('models', '--json').stdout).models[0].requests;

test('old calls are deleted without an app, their sums when that is asked for', async () => {
  assert.equal(prune('--dry-run'), '6,007 calls and 0 sums would be deleted\n');
  assert.equal(await calls(), 6010);
  assert.equal(prune(), '6,007 calls and 0 sums deleted\n');
  assert.equal(await calls(), 3);
  assert.equal(summed(), 6010);
  const again = JSON.parse(prune('--keep-aggregates-days', '365', '--dry-run', '--json'));
  assert.deepEqual(again, { keepDays: 90, keepAggregatesDays: 365, dryRun: true, calls: 0, sums: 2 });
  assert.equal(prune('--keep-aggregates-days', '365'), '0 calls and 2 sums deleted\n');
  assert.equal(summed(), 6003);
});
