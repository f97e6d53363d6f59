import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { withoutPassword } from '../../src/destinations.ts';
import { LedgerError, openLedger } from '../../src/index.ts';
import { createStore } from '../../src/ledger/open.ts';
import type { LedgerOptions } from '../../src/ledger/options.ts';
import { type Recording, startRecording } from '../../src/ledger/recording.ts';
import { clockHasJumped } from '../../src/ledger/retention.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { createMeter } from '../support/meter.ts';
import { missingPostgres, startPostgres } from '../support/postgres.ts';
import { callAt, collect } from './calls.ts';

const record = (options: LedgerOptions) => startRecording(createStore(options), options);
const settle = (recording: Recording, user: string) =>
  recording.sink.settle(callAt('2026-07-01T12:00:00Z', { user }));
const countIn = async (place: string) => {
  await using ledger = await openLedger(place);
  return (await ledger.usage())[0]?.calls;
};

describe('a ledger that cannot be used', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());
  const at = (name: string) => `${folder.path}/${name}`;

  test('a database of a newer version is refused, and left as it is', async () => {
    const path = at('newer.db');
    const store = createStore({ sqlite: path });
    await store.open();
    await store.close();
    const database = new DatabaseSync(path);
    database.exec("insert into tokenmeter_migrations values ('0099-next', '2030-01-01')");
    database.close();
    await assert.rejects(
      openLedger(path),
      (error) =>
        error instanceof LedgerError && /newer version.*0099-next.*Update tokenmeter/s.test(error.message),
    );
    const recording = record({ sqlite: path });
    await assert.rejects(recording.ledger.ready(), /newer version/);
    await recording.shutdown();
  });

  test('a file that is no database, and one that is damaged', async () => {
    await writeFile(at('text.db'), 'this is a text, and no database at all. '.repeat(100));
    await assert.rejects(openLedger(at('text.db')), /text\.db cannot be used: file is not a database/);
    const path = at('damaged.db');
    const recording = record({ sqlite: path });
    for (let user = 0; user < 3000; user++) settle(recording, `u_${user}`);
    await recording.shutdown();
    const bytes = await readFile(path);
    bytes.fill(0xff, 4096 * 5, 4096 * 60);
    await writeFile(path, bytes);
    await assert.rejects(async () => {
      await using ledger = await openLedger(path);
      await collect(ledger.calls());
    }, /malformed|not a database|cannot be used/);
  });

  test('a path that cannot be written', async () => {
    await writeFile(at('a-file'), '');
    const below = createStore({ sqlite: at('a-file/ledger.db') });
    await assert.rejects(below.open(), /a-file\/ledger\.db cannot be opened/);
    await below.close();
    const recording = record({ sqlite: '/proc/ledger.db' });
    await assert.rejects(recording.ledger.ready(), /\/proc\/ledger\.db cannot be opened/);
    await recording.shutdown();
  });

  test('who only asks changes nothing: a path that is not there, and a database of somebody else', async () => {
    await assert.rejects(openLedger(at('none/usage.db')), /there is no ledger at .*none\/usage\.db/);
    assert.equal(existsSync(at('none')), false);
    const path = at('other.db');
    using database = new DatabaseSync(path);
    database.exec('create table notes (text)');
    await assert.rejects(openLedger(path), /other\.db is no ledger/);
    const tables = database.prepare('select name from sqlite_schema').all();
    assert.deepEqual(
      tables.map(({ name }) => name),
      ['notes'],
    );
    assert.equal(database.prepare('pragma journal_mode').get()?.journal_mode, 'delete');
  });

  test('an app that asks its own ledger leaves all in one file', async () => {
    const path = at('asked.db');
    const recording = record({ sqlite: path });
    settle(recording, 'ann');
    assert.equal((await recording.ledger.usage())[0]?.calls, 1);
    await recording.shutdown();
    assert.equal(existsSync(`${path}-wal`), false);
    assert.equal(await countIn(path), 1);
    assert.deepEqual([existsSync(`${path}-wal`), existsSync(`${path}-shm`)], [false, false]);
  });

  const asRoot = process.getuid?.() === 0 ? undefined : 'needs to become another user: run as root';
  test('who may only read leaves nothing that is in the way of who writes', { skip: asRoot }, async () => {
    const folderOfAll = at('open');
    await mkdir(folderOfAll);
    await chmod(folderOfAll, 0o777);
    await chmod(folder.path, 0o755);
    const path = `${folderOfAll}/usage.db`;
    const recording = record({ sqlite: path });
    settle(recording, 'ann');
    await recording.shutdown();
    await chmod(path, 0o644);
    for (const mode of [0o777, 0o555]) {
      await chmod(folderOfAll, mode);
      const asking = `
        process.setgid(65534); process.setuid(65534);
        const { openLedger } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url))});
        await using ledger = await openLedger(${JSON.stringify(path)});
        console.log((await ledger.usage())[0].calls);`;
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module-typescript', '-e', asking],
        {
          encoding: 'utf8',
        },
      );
      assert.equal(stdout, '1\n', stderr);
      assert.deepEqual(await readdir(folderOfAll), ['usage.db']);
    }
  });

  test('who only asks does not wait for who writes', async () => {
    const path = at('locked.db');
    const recording = record({ sqlite: path });
    settle(recording, 'ann');
    await recording.shutdown();
    using other = new DatabaseSync(path);
    other.exec('begin immediate');
    assert.equal(await countIn(path), 1);
  });

  test('a row with a cost beyond 64 bits is left out, and those after it are written', async () => {
    const recording = record({ sqlite: at('dear.db'), flushSeconds: 0.01 });
    recording.sink.settle(callAt('2026-07-01T12:00:00Z', { picoUsd: 2n ** 63n }));
    for (let user = 0; user < 5; user++) settle(recording, `u_${user}`);
    await recording.shutdown();
    assert.equal(await countIn(at('dear.db')), 5);
  });

  test('it is tried again: what was in the way is gone, and nothing is lost', async () => {
    const path = at('later/ledger.db');
    await writeFile(at('later'), 'in the way');
    const recording = record({ sqlite: path, flushSeconds: 0.01 });
    for (let user = 0; user < 10; user++) settle(recording, `u_${user}`);
    await assert.rejects(recording.ledger.ready());
    await writeFile(at('later'), '');
    spawnSync('rm', [at('later')]);
    await recording.shutdown();
    assert.equal(await countIn(path), 10);
  });

  const tmpfs = canMount() ? undefined : 'needs to mount a tmpfs: run as root';
  test('a full disk: calls wait, then are written when there is room', { skip: tmpfs }, async () => {
    const mounted = at('small');
    await mkdir(mounted);
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted);
    try {
      const path = `${mounted}/ledger.db`;
      const recording = record({ sqlite: path, flushSeconds: 0.01 });
      await recording.ledger.ready();
      const store = createStore({ sqlite: path });
      for (let user = 0; user < 3000; user++) settle(recording, `u_${user}`);
      // The disk is full, as the store says itself.
      const rows = 3000;
      await assert.rejects(fill(store, rows), /full/);
      await store.close();
      run('mount', '-o', 'remount,size=64m', mounted);
      await recording.shutdown();
      const count = await countIn(path);
      assert.ok(count !== undefined && count >= rows, `${count} calls are on record`);
    } finally {
      run('umount', mounted);
    }
  });

  test('a disk that is read-only: it can be asked', { skip: tmpfs }, async () => {
    const mounted = at('sealed');
    await mkdir(mounted);
    run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mounted);
    try {
      const path = `${mounted}/usage.db`;
      const recording = record({ sqlite: path });
      settle(recording, 'ann');
      await recording.shutdown();
      run('mount', '-o', 'remount,ro', mounted);
      assert.equal(await countIn(path), 1);
    } finally {
      run('umount', mounted);
    }
  });

  async function fill(store: ReturnType<typeof createStore>, rows: number): Promise<void> {
    const { rowOf } = await import('../../src/ledger/row.ts');
    for (let row = 0; row < rows; row++)
      await store.append(rowOf(callAt('2026-07-01T12:00:00Z', { user: 'x'.repeat(200) }), `fill-${row}`));
  }

  test('two processes write one file', async () => {
    const path = at('two.db');
    const [one, two] = [record({ sqlite: path }), record({ sqlite: path })];
    for (let call = 0; call < 2500; call++) settle(call % 2 === 0 ? one : two, 'ann');
    await Promise.all([one.shutdown(), two.shutdown()]);
    assert.equal(await countIn(path), 2500);
  });

  test('a clock that jumps: nothing is deleted', () => {
    const now = Date.now();
    assert.equal(clockHasJumped(now), false);
    assert.equal(clockHasJumped(now + 10 * 365 * 86_400_000), true);
    assert.equal(clockHasJumped(now - 86_400_000), true);
  });

  test('calls of a wrong clock are on record as well, in the past and in the future', async () => {
    const path = at('clock.db');
    const recording = record({ sqlite: path });
    for (const time of ['1970-01-01T00:00:00Z', '2026-07-01T12:00:00Z', '2199-12-31T23:59:59Z'])
      recording.sink.settle(callAt(time));
    assert.equal((await recording.ledger.usage())[0]?.calls, 3);
    assert.equal(
      (await recording.ledger.usage({ by: ['month'], from: '2026-07-01', to: '2026-07-31' }))[0]?.calls,
      1,
    );
    await recording.shutdown();
  });

  test('what waits, and what is lost, is on the metrics', async () => {
    await writeFile(at('blocked'), 'in the way');
    const recording = record({ sqlite: at('blocked/usage.db'), maxQueue: 2 });
    const meter = createMeter();
    meter.instrumentation.addRecords([], recording);
    assert.equal(await meter.sum('tokenmeter.ledger.dropped.rows'), 0);
    for (let call = 0; call < 5; call++) settle(recording, 'ann');
    assert.equal(await meter.sum('tokenmeter.ledger.queue.rows'), 2);
    while ((await meter.sum('tokenmeter.ledger.dropped.rows')) < 3) await pause(50);
    assert.equal(await meter.sum('tokenmeter.ledger.dropped.rows'), 3);
    spawnSync('rm', [at('blocked')]);
    await recording.shutdown();
    assert.equal(await meter.sum('tokenmeter.ledger.queue.rows'), 0);
    meter.instrumentation.disable();
  });

  test('options that cannot be together', () => {
    const refused = (options: LedgerOptions, message: RegExp) =>
      assert.throws(() => createStore(options), message);
    refused({ sqlite: 'a.db', postgres: 'postgres://x/y' }, /both sqlite and postgres/);
    refused({ postgres: 'mysql://x/y' }, /something else than a URL/);
    refused({ postgres: 'postgres://x/y', fsync: 'always' }, /a call cannot wait for a server/);
    refused({ sqlite: 'a.db', keepDays: 30, keepAggregatesDays: 7 }, /keepAggregatesDays: got 7/);
  });

  test('a schema that would need quotes is refused before anything is made', () => {
    const refused = (schema: string) =>
      assert.throws(() => createStore({ postgres: `postgres://x/y?schema=${schema}` }), {
        name: 'ConfigError',
        message: /got \?schema=.*, expected small letters, digits and _/,
      });
    for (const schema of ['MySchema', 'my-schema', 'pg,public', 'a%20b', "x';drop", '1st', ''])
      refused(schema);
    refused('x'.repeat(64));
    createStore({ postgres: 'postgres://x/y?schema=_my_schema2' });
  });

  test('a password with characters that should be escaped: no part of it is shown', async () => {
    for (const password of ['sec/ret', 'se@c/ret', 'sec?ret', 'sec#ret', '1?ret', '1#ret']) {
      const place = `postgres://meter:${password}@host/x`;
      assert.throws(
        () => createStore({ postgres: place }),
        (error) => {
          assert.doesNotMatch(inspect(error), /sec|ret/);
          return true;
        },
      );
    }
    const { name } = createStore({ postgres: 'postgres://meter:se%2Fcret@host/x?password=secret&schema=y' });
    assert.equal(name, 'postgres://***@host/x?password=***&schema=y');
    assert.equal(withoutPassword('https://user:se@c/r@t@host/path'), 'https://***@host/path');
  });

  test('a server that is not there: said at once, without its password', async () => {
    await assert.rejects(openLedger('postgres://meter:secret@127.0.0.1:1/x'), (error: Error) => {
      assert.match(error.message, /postgres:\/\/\*\*\*@127\.0\.0\.1:1\/x cannot be used: .*ECONNREFUSED/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  test('a PostgreSQL that goes away and comes back', { skip: missingPostgres }, async () => {
    await using server = await startPostgres();
    const recording = record({ postgres: server.url, flushSeconds: 0.01 });
    settle(recording, 'before');
    assert.equal((await recording.ledger.usage())[0]?.calls, 1);
    await server.stop();
    for (let call = 0; call < 1500; call++) settle(recording, 'meanwhile');
    await assert.rejects(recording.ledger.usage());
    await server.start();
    settle(recording, 'after');
    await recording.shutdown();
    assert.equal(await countIn(server.url), 1502);
  });
});

function canMount(): boolean {
  return (
    process.getuid?.() === 0 && existsSync('/proc/mounts') && spawnSync('mount', ['--version']).status === 0
  );
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}
