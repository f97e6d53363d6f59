import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferredWork } from '../../src/calls/deferred.ts';

test('work is claimed once, and remembers who began it', () => {
  const work = new DeferredWork();
  work.expect('batch_1', { user: 'u_1' });
  assert.equal(work.claim('batch_1'), true);
  assert.equal(work.claim('batch_1'), false);
  assert.deepEqual(work.whoBegan('batch_1'), { user: 'u_1' });
});

test('work that another process began is claimed once too', () => {
  const work = new DeferredWork();
  assert.equal(work.claim('batch_1'), true);
  assert.equal(work.claim('batch_1'), false);
  assert.equal(work.whoBegan('batch_1'), undefined);
});

test('what is expected again is not forgotten to be metered', () => {
  const work = new DeferredWork();
  work.claim('resp_1');
  work.expect('resp_1', { user: 'u_1' });
  assert.equal(work.claim('resp_1'), false);
});

test('the memory is bounded: the ids used longest ago go first', () => {
  const work = new DeferredWork();
  for (let id = 0; id < 20_000; id++) work.claim(`id_${id}`);
  // Used again, so it stays.
  work.claim('id_0');
  work.claim('one more');
  assert.equal(work.claim('id_0'), false);
  assert.equal(work.claim('id_2'), false);
  assert.equal(work.claim('id_1'), true);
});
