import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferredWork } from '../../src/calls/deferred.ts';

test('a result is claimed once, and its work remembers who began it', () => {
  const work = new DeferredWork();
  work.expect('batch_1', { user: 'u_1' });
  assert.equal(work.claim('batch_1', 'a'), true);
  assert.equal(work.claim('batch_1', 'a'), false);
  assert.equal(work.claim('batch_1', 'b'), true);
  assert.deepEqual(work.whoBegan('batch_1'), { user: 'u_1' });
});

test('work that another process began is claimed once too', () => {
  const work = new DeferredWork();
  assert.equal(work.claim('batch_1', 'a'), true);
  assert.equal(work.claim('batch_1', 'a'), false);
  assert.equal(work.whoBegan('batch_1'), undefined);
});

test('what is expected again is not forgotten to be metered', () => {
  const work = new DeferredWork();
  work.claim('resp_1', 'resp_1');
  work.expect('resp_1', { user: 'u_1' });
  assert.equal(work.claim('resp_1', 'resp_1'), false);
});

test('a batch of 100,000 results is metered once, and all of it for who began it', () => {
  const work = new DeferredWork();
  work.expect('batch_1', { user: 'u_1' });
  let claimed = 0;
  for (let time = 0; time < 2; time++) {
    for (let id = 0; id < 100_000; id++) if (work.claim('batch_1', `msg_${id}`)) claimed++;
  }
  assert.equal(claimed, 100_000);
  assert.deepEqual(work.whoBegan('batch_1'), { user: 'u_1' });
});

test('the memory is bounded: the work used longest ago goes first', () => {
  const work = new DeferredWork();
  for (let id = 0; id < 20_000; id++) work.claim(`id_${id}`, 'a');
  // Used again, so it stays.
  work.claim('id_0', 'a');
  work.claim('one more', 'a');
  assert.equal(work.claim('id_0', 'a'), false);
  assert.equal(work.claim('id_2', 'a'), false);
  assert.equal(work.claim('id_1', 'a'), true);
});
