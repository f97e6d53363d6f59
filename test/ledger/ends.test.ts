import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { openLedger } from '../../src/index.ts';
import type { LedgerOptions } from '../../src/ledger/options.ts';
import { ledgerAt } from '../../src/ledger/place.ts';
import { type Provider, startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { missingPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { collect } from './calls.ts';

const caller = new URL('./apps/caller.mjs', import.meta.url).pathname;

describe('the end of a process', () => {
  let server: Provider;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let postgres: Postgres | undefined;
  before(async () => {
    server = await startProvider();
    folder = await temporaryFolder();
    if (!missingPostgres) postgres = await startPostgres();
  });
  after(async () => {
    await server.close();
    await postgres?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  function start(ledger: LedgerOptions, env: Record<string, string> = {}) {
    return new App(['--disable-warning=ExperimentalWarning', caller], {
      TEST_OPENAI_URL: server.openaiUrl,
      TEST_LEDGER: JSON.stringify(ledger),
      ...env,
    });
  }

  /** Of the answers that the app has said to have got. */
  const settled = (app: App) =>
    [...app.stdout.matchAll(/^settled (\S+) (\d+)$/gm)].map(([, id = '', time]) => ({
      id,
      time: Number(time),
    }));

  async function recorded(place: string): Promise<Set<string | undefined>> {
    await using ledger = await openLedger(place);
    const calls = await collect(ledger.calls());
    const ids = new Set(calls.map(({ requestId }) => requestId));
    assert.equal(ids.size, calls.length, 'a call is there twice');
    const [sum] = await ledger.usage();
    assert.equal(sum?.calls, calls.length, 'sums differ from rows');
    return ids;
  }

  const ends = [
    ['nothing left to do', '', undefined, 0],
    ['process.exit()', 'exit', undefined, 0],
    ['an uncaught error', 'throw', undefined, 1],
    ['SIGTERM', 'signal', 'SIGTERM', null],
    ['SIGINT', 'signal', 'SIGINT', null],
    ['SIGTERM with a handler of the app', 'own handler', 'SIGTERM', 7],
  ] as const;
  for (const [name, how, signal, code] of ends) {
    const file = name.toLowerCase().replace(/\W/g, '_');
    const isOnRecord = async (place: string) => {
      const env = { TEST_CALLS: '20', TEST_END: how };
      const app = start({ ...ledgerAt(place), flushSeconds: 60 }, env);
      await app.find(/all made/);
      if (signal) app.process.kill(signal);
      assert.equal(await app.exit, code, app.stderr);
      assert.equal((await recorded(place)).size, 20);
    };
    test(`${name}: all is on record in a file`, () => isOnRecord(`${folder.path}/${file}.db`));
    test(`${name}: all is on record in PostgreSQL`, { skip: missingPostgres }, () =>
      isOnRecord(`${postgres?.url}?schema=${file}`),
    );
  }

  const AT_ONCE = 4;
  const FLUSH_SECONDS = 0.1;
  /** A batch is on its way for some time, on a machine that has much to do. */
  const SLACK_MS = 500;

  for (const [fsync, kills] of [
    ['normal', 20],
    ['always', 4],
  ] as const) {
    const lost = fsync === 'always' ? 'nothing that was settled' : 'no more than the last moment';
    test(`SIGKILL, ${kills} times, with fsync ${fsync}: ${lost} is lost`, { timeout: 120_000 }, async () => {
      const kill = async (run: number) => {
        const path = `${folder.path}/kill-${fsync}-${run}.db`;
        const app = start(
          { sqlite: path, fsync, flushSeconds: FLUSH_SECONDS },
          {
            TEST_USER: `${fsync}-${run}`,
            // Some later than others, so that they are hit at different moments.
            TEST_TIME_MS: String((fsync === 'always' ? 400 : 800) + run * 13),
          },
        );
        await app.find(/^it is time$/m);
        app.process.kill('SIGKILL');
        await once(app.process, 'close');
        const all = settled(app);
        const end = all.at(-1)?.time ?? 0;
        const there = await recorded(path);
        const served = server.billed.filter(({ user }) => user === `${fsync}-${run}`).length;
        assert.ok(there.size <= served, `${there.size} of ${served} served calls are on record`);
        const due =
          fsync === 'always' ? all : all.filter(({ time }) => time < end - FLUSH_SECONDS * 1000 - SLACK_MS);
        for (const { id } of due) assert.ok(there.has(id), `run ${run}: ${id} is not on record`);
        return due.length;
      };
      let checked = 0;
      for (let run = 0; run < kills; run += AT_ONCE) {
        const runs = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => kill(run + index)));
        checked += runs.reduce((sum, count) => sum + count, 0);
      }
      assert.ok(checked >= kills, `${checked} calls were old enough`);
    });
  }
});
