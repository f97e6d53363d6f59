/**
 * How fast calls are put on record, what that adds to a call, and how long reports take of many calls:
 * `npm run bench:ledger -- [--rows 10000000] [--seconds 10] [--folder /tmp]`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CallIds } from '../src/calls/call-ids.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import { startRecording } from '../src/ledger/recording.ts';
import { SqliteStore } from '../src/ledger/stores/sqlite.ts';
import { settled } from '../test/telemetry/calls.ts';
import { FIRST_DAY, generateCalls, MONTH } from './ledger-calls.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '10' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const folder = mkdtempSync(join(values.folder, 'tokenmeter-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

await writing(Number(values.seconds));
await asking(Number(values.rows));

/** A steady 10,000 calls a second, by one process. */
async function writing(seconds: number): Promise<void> {
  const path = join(folder, 'writing.db');
  const store = new SqliteStore({ path, fsync: 'normal' });
  const recording = startRecording(store, { maxQueue: 50_000 });
  await recording.ledger.ready();
  const calls = Array.from({ length: 1000 }, (_, index) =>
    settled({ user: `u_${index}`, team: 'search', feature: 'chat', picoUsd: 1_234_567_890n + BigInt(index) }),
  );
  const ids = new CallIds();
  const settle = () => {
    const call = calls[made++ % 1000] as (typeof calls)[0];
    recording.sink.settle(Object.assign(call, { id: ids.next(undefined) }));
  };
  let made = 0;
  // As many as the queue takes: a process' CPU time is known in steps of milliseconds.
  const burst = async () => {
    const before = process.threadCpuUsage();
    for (let count = 0; count < 40_000; count++) {
      settle();
      if (count % 1000 === 999) await nextTurn();
    }
    const { user, system } = process.threadCpuUsage(before);
    await recording.ledger.usage();
    return (user + system) / 40_000;
  };
  const bursts = [await burst(), await burst(), await burst(), await burst(), await burst()];
  const inBursts = made;
  const start = performance.now();
  const before = process.cpuUsage();
  while (performance.now() - start < seconds * 1000) {
    const due = Math.min(1000, (performance.now() - start) * 10 - (made - inBursts));
    for (let count = 0; count < due; count++) settle();
    await delay(5);
  }
  const lasted = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const [sum] = await recording.ledger.usage();
  await recording.shutdown();
  console.table({
    'calls a second': Math.round((made - inBursts) / lasted),
    'on record': `${sum?.calls} of ${made}`,
    'CPU of the main thread, a call': `${Math.min(...bursts).toFixed(2)} µs`,
    'CPU of all threads, a call': `${((user + system) / (made - inBursts)).toFixed(1)} µs`,
    "fsync: 'always': a call waits": `${(await waitingForDisk()).toFixed(2)} ms`,
  });
}

/** In the median, of calls one after the other. */
async function waitingForDisk(): Promise<number> {
  const options = { sqlite: join(folder, 'always.db'), fsync: 'always' } as const;
  const recording = startRecording(new SqliteStore({ path: options.sqlite, fsync: 'always' }), options);
  await recording.ledger.ready();
  const times = Array.from({ length: 501 }, () => {
    const start = performance.now();
    recording.sink.settle(settled({ user: 'ann' }));
    return performance.now() - start;
  });
  await recording.shutdown();
  return times.sort((a, b) => a - b)[250] ?? Number.NaN;
}

async function asking(rows: number): Promise<void> {
  const path = join(folder, 'asking.db');
  const generated = performance.now();
  await generateCalls(path, rows);
  console.log(`${rows} rows made in ${((performance.now() - generated) / 1000).toFixed(0)} s`);
  const store = new SqliteStore({ path, fsync: 'normal' });
  const ledger = new Ledger(store);
  const day = FIRST_DAY.add({ days: 45 }).toString();
  const where = { user: 'u_77' };
  const month = { from: day, to: FIRST_DAY.add({ days: 74 }).toString() };
  const questions: Record<string, () => Promise<unknown>> = {
    'one day by model': () => ledger.dailySummary(day),
    'one day by model, in Kolkata': () => ledger.dailySummary(day, 'Asia/Kolkata'),
    "a user's 30 days": () => ledger.usage({ ...month, by: ['day'], where }),
    "a user's 30 days, in Kolkata": () =>
      ledger.usage({ ...month, by: ['day'], where, timeZone: 'Asia/Kolkata' }),
    'top users of a month': () => ledger.topUsers(MONTH),
    'top users of a month, in Kolkata': () => ledger.topUsers({ ...MONTH, timeZone: 'Asia/Kolkata' }),
    'a month by day and model': () => ledger.usage({ ...MONTH, by: ['day', 'model'] }),
  };
  await ledger.usage({ from: day, to: day });
  const table: Record<string, Record<string, string>> = {};
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await ask();
      times.push(performance.now() - start);
    }
    table[name] = { first: ms(times[0]), least: ms(Math.min(...times)) };
  }
  console.table(table);
  console.log(`${(statSync(path).size / rows).toFixed(0)} bytes a row, indexes and sums included`);
  await ledger.close();
}

function ms(milliseconds = Number.NaN): string {
  return `${milliseconds.toFixed(0)} ms`;
}
