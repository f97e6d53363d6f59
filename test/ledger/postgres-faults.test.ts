import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openLedger } from '../../src/index.ts';
import { BETWEEN_ROWS } from '../../src/ledger/columns.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { createStore } from '../../src/ledger/open.ts';
import { startRecording } from '../../src/ledger/recording.ts';
import { reprice } from '../../src/ledger/reprice.ts';
import { prune } from '../../src/ledger/retention.ts';
import { rowOf } from '../../src/ledger/row.ts';
import type { Store } from '../../src/ledger/stores/store.ts';
import { missingPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { callAt, collect } from './calls.ts';

const DAY = '2026-07-01';

describe('PostgreSQL, and what goes wrong with it', { skip: missingPostgres }, () => {
  let server: Postgres;
  let admin: pg.Client;
  before(async () => {
    server = await startPostgres();
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
  });
  after(async () => {
    await admin.end();
    await server[Symbol.asyncDispose]();
  });

  test('who only asks makes nothing, and needs no more than to read', async () => {
    await assert.rejects(
      openLedger(`${server.url}?schema=nothing`),
      /there is no ledger in the schema nothing of/,
    );
    const { rows } = await admin.query("select 1 from pg_namespace where nspname = 'nothing'");
    assert.equal(rows.length, 0);
    const store = createStore({ postgres: `${server.url}?schema=shown` });
    await store.append(rowOf(callAt(`${DAY}T12:00:00Z`), 'id'));
    await store.close();
    await admin.query('create role reader login; grant usage on schema shown to reader');
    await admin.query('grant select on all tables in schema shown to reader');
    const url = new URL(`${server.url}?schema=shown`);
    url.username = 'reader';
    await using ledger = await openLedger(url.href);
    assert.equal((await ledger.usage())[0]?.calls, 1);
  });

  describe('changes at the same time', () => {
    let store: Store;
    let other: Store;
    before(async () => {
      const postgres = `${server.url}?schema=at_once`;
      [store, other] = [createStore({ postgres }), createStore({ postgres })];
      await Promise.all([store.open(), other.open()]);
      const rows = Array.from({ length: 50 }, (_, index) =>
        rowOf(callAt(`${DAY}T12:00:00Z`, { user: 'ann', picoUsd: 1000n }), `id-${index}`),
      );
      await store.append(rows.join(BETWEEN_ROWS));
    });
    after(() => Promise.all([store.close(), other.close()]));

    const repriceAt = (where: Store, picoUsd: bigint) =>
      reprice(where, {
        since: DAY,
        price: () => ({ picoUsd, byClass: {}, model: 'gpt-4.1', tableVersion: 'v', confidence: 'exact' }),
      });

    /** The work waits for the sums; `meanwhile` comes before they are let go of. */
    async function whileItWaits(work: () => Promise<unknown>, meanwhile: () => Promise<void>) {
      await admin.query('begin');
      await admin.query('select * from at_once.usage_by_user for update');
      const begun = work();
      await waiting(1);
      await meanwhile();
      await admin.query('rollback');
      await begun;
    }

    async function waiting(count: number): Promise<void> {
      for (;;) {
        const { rows } = await admin.query(
          "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'",
        );
        if (rows[0].n === count) return;
        await delay(5);
      }
    }

    async function sums() {
      const ledger = new Ledger(store);
      const day = { from: DAY, to: DAY };
      const [byModel] = await ledger.usage(day);
      const [byUser] = await ledger.usage({ ...day, by: ['user'] });
      return [byModel, byUser].map((sum) => ({ calls: sum?.calls, picoUsd: sum?.picoUsd }));
    }

    test('two processes price the same calls again: sums are those of the calls', async () => {
      let second: Promise<unknown> | undefined;
      const beginSecond = async () => {
        second = repriceAt(other, 3000n);
        await waiting(2);
      };
      await whileItWaits(() => repriceAt(store, 2000n), beginSecond);
      await second;
      const calls = await collect(new Ledger(store).calls());
      const picoUsd = calls.reduce((sum, call) => sum + (call.picoUsd ?? 0n), 0n);
      assert.deepEqual(await sums(), [
        { calls: 50, picoUsd },
        { calls: 50, picoUsd },
      ]);
    });

    test('calls are deleted while they are priced again: their sums stay', async () => {
      const before = await sums();
      const now = Date.parse('2026-08-01T12:00:00Z');
      await whileItWaits(
        () => repriceAt(store, 5000n),
        async () => {
          assert.equal((await prune(other, { keepDays: 1 }, undefined, now)).rows, 50);
        },
      );
      assert.deepEqual(await sums(), before);
    });
  });

  test('work that was retrieved is known after a restart, where texts are ordered as in English', async () => {
    await admin.query("create database english template template0 locale_provider icu icu_locale 'en-US'");
    const postgres = server.url.replace(/postgres$/, 'english');
    const store = createStore({ postgres });
    await store.append(rowOf(callAt(`${DAY}T12:00:00Z`), 'work:msgbatch_1:a'));
    await store.append(rowOf(callAt(`${DAY}T12:00:00Z`), 'worka'));
    await store.close();
    const next = createStore({ postgres });
    await next.open();
    assert.equal(next.has('work:msgbatch_1:a'), true);
    assert.equal(next.has('worka'), false);
    await next.close();
  });

  test('options of the URL go along with the schema: no table is in another one', async () => {
    const options = encodeURIComponent('-c work_mem=8MB');
    const store = createStore({ postgres: `${server.url}?options=${options}&schema=with_options` });
    await store.open();
    await store.close();
    const { rows } = await admin.query("select schemaname from pg_tables where tablename = 'calls'");
    const schemas = rows.map(({ schemaname }) => schemaname);
    assert.ok(schemas.includes('with_options'));
    assert.ok(!schemas.includes('public'));
  });

  describe('a connection falls silent', () => {
    const settle = (recording: ReturnType<typeof startRecording>, calls: number) => {
      for (let call = 0; call < calls; call++) recording.sink.settle(callAt(`${DAY}T12:00:00Z`));
    };
    const countIn = async (schema: string) => {
      await using ledger = await openLedger(`${server.url}?schema=${schema}`);
      return (await ledger.usage())[0]?.calls;
    };

    test('calls are written on another one', async () => {
      await using proxy = await startProxy(server.url);
      const options = { postgres: `${proxy.url}?schema=silent`, flushSeconds: 0.01 };
      const recording = startRecording(createStore(options), options);
      settle(recording, 1);
      assert.equal((await recording.ledger.usage())[0]?.calls, 1);
      proxy.silence();
      settle(recording, 10);
      await once(proxy.listener, 'connection');
      await recording.shutdown();
      assert.equal(await countIn('silent'), 11);
    });

    test('and so do all others: shutdown() ends, and says why calls are lost', async () => {
      const warnings: string[] = [];
      const note = ({ message }: Error) => void warnings.push(message);
      process.on('warning', note);
      await using proxy = await startProxy(server.url);
      const options = { postgres: `${proxy.url}?schema=all_silent` };
      const recording = startRecording(createStore(options), options);
      settle(recording, 1);
      assert.equal((await recording.ledger.usage())[0]?.calls, 1);
      proxy.silence({ forGood: true });
      settle(recording, 10);
      const start = performance.now();
      await recording.shutdown();
      const seconds = (performance.now() - start) / 1000;
      assert.ok(seconds < 8, `it took ${seconds} s`);
      process.off('warning', note);
      assert.match(warnings.join('\n'), /calls are NOT on record: .*timeout/);
      assert.equal(await countIn('all_silent'), 1);
    });
  });
});

/** Between a client and the server; it can stop bringing on what comes, and leaves connections open. */
async function startProxy(url: string) {
  const { hostname, port } = new URL(url);
  const sockets: net.Socket[] = [];
  let isSilent = false;
  const listener = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const socket of [client, upstream]) socket.on('error', () => {});
    sockets.push(client, upstream);
    if (isSilent) return;
    client.pipe(upstream).pipe(client);
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    url: url.replace(port, String((listener.address() as net.AddressInfo).port)),
    listener,
    silence({ forGood = false } = {}) {
      isSilent = forGood;
      for (const socket of sockets) socket.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
