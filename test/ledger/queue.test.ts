import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BETWEEN_ROWS } from '../../src/ledger/columns.ts';
import { type QueueOptions, RowQueue } from '../../src/ledger/queue.ts';
import { BadRows } from '../../src/ledger/stores/store.ts';

/** A store that fails when it is told to. */
function store() {
  const written: string[] = [];
  const failures: unknown[] = [];
  const state = { fault: undefined as Error | undefined, dropped: 0, written, failures };
  const write = (rows: string) => {
    if (state.fault) throw state.fault;
    if (rows.includes('bad')) throw new BadRows('a bad row');
    written.push(...rows.split(BETWEEN_ROWS));
  };
  const queue = (options: Partial<QueueOptions> = {}) =>
    new RowQueue({
      maxRows: 5000,
      flushSeconds: 0.01,
      append: async (rows) => write(rows),
      appendNow: write,
      onDropped: (rows) => {
        state.dropped += rows;
      },
      onFailure: (error) => failures.push(error),
      ...options,
    });
  return { state, queue };
}

describe('rows on their way', () => {
  test('are written in their order, in batches', async () => {
    const batches: number[] = [];
    const { queue } = store();
    const rows = queue({ append: async (batch) => void batches.push(batch.split(BETWEEN_ROWS).length) });
    for (let row = 0; row < 2500; row++) rows.push(`${row}`);
    await rows.flush(1000);
    assert.equal(rows.size, 0);
    assert.deepEqual(
      batches.reduce((sum, size) => sum + size, 0),
      2500,
    );
    assert.ok(Math.max(...batches) <= 1000);
  });

  test('wait while the store fails, and are written when it works again: none twice', async () => {
    const { state, queue } = store();
    const rows = queue();
    state.fault = new Error('the disk is full');
    for (let row = 0; row < 1500; row++) rows.push(`${row}`);
    await rows.flush(50);
    assert.equal(rows.size, 1500);
    assert.ok(state.failures.length > 0);
    state.fault = undefined;
    await rows.flush(5000);
    assert.deepEqual(
      state.written,
      Array.from({ length: 1500 }, (_, row) => `${row}`),
    );
    assert.equal(state.dropped, 0);
  });

  test('that find no room are dropped and counted; adding one takes no time', async () => {
    const { state, queue } = store();
    const rows = queue({ maxRows: 100 });
    state.fault = new Error('no server');
    for (let row = 0; row < 150; row++) rows.push(`${row}`);
    assert.equal(state.dropped, 50);
    assert.equal(rows.dropped, 50);
    rows.giveUp();
    assert.equal(rows.dropped, 150);
    assert.equal(rows.size, 0);
  });

  test('a row that cannot be is dropped alone', async () => {
    const { state, queue } = store();
    const rows = queue();
    for (const row of ['1', 'bad', '2']) rows.push(row);
    await rows.flush(1000);
    assert.deepEqual(state.written, ['1', '2']);
    assert.equal(state.dropped, 1);
  });

  test('at the end of the process all is written at once, also what is on its way', async () => {
    const { state, queue } = store();
    const rows = queue({ append: () => new Promise(() => {}) });
    for (let row = 0; row < 1200; row++) rows.push(`${row}`);
    rows.flushNow();
    assert.equal(state.written.length, 1200);
    assert.equal(rows.size, 0);
  });

  test('who waits for what is there does not wait for what comes later, which is written in its turn', async () => {
    const { state, queue } = store();
    const batches: string[][] = [];
    const rows: RowQueue = queue({
      flushSeconds: 3600,
      append: async (batch) => {
        batches.push(batch.split(BETWEEN_ROWS));
        state.written.push(...batch.split(BETWEEN_ROWS));
        rows.push(`after ${batches.length}`);
      },
    });
    rows.push('1');
    await rows.flush(60_000);
    assert.deepEqual(batches, [['1']]);
    assert.equal(rows.size, 1);
    await rows.flush(60_000);
    assert.deepEqual(state.written, ['1', 'after 1']);
  });

  test('each as it comes: while the store fails, the app does not wait for each of them', async () => {
    let attempts = 0;
    const { state, queue } = store();
    const rows = queue({
      flushSeconds: 0.01,
      appendNow(batch) {
        attempts++;
        if (state.fault) throw state.fault;
        state.written.push(batch);
      },
    });
    const settle = (row: string) => {
      rows.push(row);
      rows.writeNow();
    };
    settle('1');
    assert.deepEqual(state.written, ['1']);
    state.fault = new Error('the file is locked');
    for (const row of ['2', '3', '4']) settle(row);
    assert.equal(attempts, 2, 'the second found the file locked');
    state.fault = undefined;
    await rows.flush(1000);
    assert.deepEqual(state.written, ['1', '2', '3', '4']);
    settle('5');
    assert.equal(attempts, 3);
    assert.deepEqual(state.written, ['1', '2', '3', '4', '5']);
  });

  test('nothing is written when there is nothing', async () => {
    const { state, queue } = store();
    const rows = queue({ flushSeconds: 0.001, append: () => assert.fail('there are no rows') });
    rows.push('1');
    rows.flushNow();
    await pause(20);
    assert.deepEqual(state.written, ['1']);
  });

  test('that a store never answered for are given up with a reason', async () => {
    const causes: unknown[] = [];
    const { queue } = store();
    const rows = queue({
      append: () => new Promise(() => {}),
      onDropped: (_, cause) => causes.push(cause),
    });
    rows.push('a');
    await rows.flush(1);
    rows.giveUp();
    assert.match(String(causes), /^Error: the ledger has not answered in time$/);
  });

  test('beside rows that cannot be, none is lost, and each is counted once, however often the store fails', async () => {
    const { state, queue } = store();
    let failures = 3;
    const write = (batch: string) => {
      if (batch.includes('bad')) throw new BadRows('a bad row');
      if (batch === '2' && failures-- > 0) throw new Error('the disk is full');
      state.written.push(...batch.split(BETWEEN_ROWS));
    };
    const rows = queue({ append: async (batch) => write(batch) });
    for (const row of ['1', 'bad', '2', '3']) rows.push(row);
    await rows.flush(5000);
    assert.deepEqual(state.written, ['1', '2', '3']);
    assert.equal(state.dropped, 1);
  });

  test('a row that cannot be keeps no other from being written at the end of the process', () => {
    const { state, queue } = store();
    const rows = queue();
    for (const row of ['1', 'bad', '2']) rows.push(row);
    rows.flushNow();
    assert.deepEqual(state.written, ['1', '2']);
    assert.equal(state.dropped, 1);
  });

  test('nothing is written once it is given up', async () => {
    const attempts: ((error: Error) => void)[] = [];
    const { state, queue } = store();
    const rows = queue({
      flushSeconds: 0.001,
      append: () => new Promise((_, reject) => attempts.push(reject)),
    });
    rows.push('1');
    await rows.flush(1);
    rows.giveUp();
    attempts[0]?.(new Error('late'));
    rows.push('2');
    await pause(150);
    assert.equal(attempts.length, 1);
    assert.equal(state.dropped, 2);
    assert.deepEqual(state.failures, []);
  });

  test("an app's fake timers do not stop it", async () => {
    const { state, queue } = store();
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
    try {
      const rows = queue();
      rows.push('1');
      await rows.flush(1000);
      assert.deepEqual(state.written, ['1']);
    } finally {
      mock.timers.reset();
    }
  });
});
