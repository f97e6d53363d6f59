import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import {
  BudgetExceededError,
  type BudgetStoreOption,
  startTokenmeter,
  type TokenmeterConfig,
} from '../../src/index.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { requirement } from '../support/requirement.ts';
import { look } from '../support/scrape.ts';
import { call } from './call.ts';
import { startRedis } from './redis.ts';

const hammer = new URL('./hammer.ts', import.meta.url).pathname;
const LIMIT = 500_000_000_000;

async function metered(budgets: TokenmeterConfig['budgets']) {
  const meter = startTokenmeter({ budgets, prometheus: { port: 0 } });
  meter.instrumentation.manuallyInstrument(OpenAI);
  const url = (await meter.metricsUrl) ?? assert.fail();
  return Object.assign(meter, { text: () => look(url), [Symbol.asyncDispose]: () => meter.shutdown() });
}

/** Also of a store that does not answer yet. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await delay(50);
}

const budget = { name: 'shared', limitUsd: 0.5, period: 'month', action: 'block' } as const;

/** What the store says was spent, in 1e-12 dollars. */
async function spentIn(store: BudgetStoreOption): Promise<{ spent: number; reserved: number }> {
  await using meter = await metered({ budgets: [budget], store, storeTimeoutMs: 5000 });
  const [status] = await meter.budgets.status();
  return {
    spent: Math.round((status?.spent ?? 0) * 1e12),
    reserved: Math.round((status?.reserved ?? 0) * 1e12),
  };
}

function sharesSpending(storeOf: () => BudgetStoreOption): void {
  test('four processes that hammer one budget: never over the limit, and nothing is lost', async () => {
    const store = storeOf();
    const apps = Array.from(
      { length: 4 },
      () => new App([hammer], { STORE: JSON.stringify(store), CALLS: '100' }),
    );
    for (const app of apps) assert.equal(await app.exit, 0, app.stderr);
    const lines = apps.flatMap(({ stdout }) => stdout.split('\n'));
    const made = lines.flatMap((line) => /^spent (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('failed')),
      [],
    );
    const sum = made.reduce((total, one) => total + one, 0);
    assert.ok(sum <= LIMIT, `${sum} of ${LIMIT}`);
    assert.ok(sum > LIMIT * 0.7, `${sum}: it was used up, but for what 80 calls at a time set aside`);
    assert.ok(lines.includes('refused'));
    assert.deepEqual(await spentIn(store), { spent: sum, reserved: 0 });
  });
}

/** Of a store that nobody has spent from. */
function outlivesProcesses(storeOf: () => BudgetStoreOption): void {
  test('what a process had set aside when it was killed is free again after its time', async () => {
    const store = storeOf();
    const app = new App([hammer], { STORE: JSON.stringify(store), CALLS: '20', HANG: '1' });
    await app.find(/(sending\n){20}/);
    await using meter = await metered({ budgets: [budget], store, storeTimeoutMs: 5000 });
    const reserved = async () => (await meter.budgets.status())[0]?.reserved ?? 0;
    while ((await reserved()) < 0.08) await delay(10);
    app.process.kill('SIGKILL');
    await app.exit;
    // The next call that asks clears away what has expired.
    while ((await reserved()) > 0) {
      await call();
      await delay(50);
    }
  });
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const noSqlite = major > 22 || (major === 22 && minor >= 13) ? undefined : 'needs Node 22.13';

describe('budgets in a SQLite file', { skip: noSqlite }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let last = 0;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());
  const newFile = () => ({ sqlite: join(folder.path, `budgets-${++last}.db`) });
  sharesSpending(newFile);
  outlivesProcesses(newFile);

  for (const end of ['nothing is left to do', 'process.exit()', 'SIGTERM']) {
    test(`a stream that is not read when the process ends (${end}) is spent, and nothing stays set aside`, async () => {
      const { sqlite } = newFile();
      const source = `
        import { startTokenmeter } from 'tokenmeter';
        import OpenAI from 'openai';
        const meter = startTokenmeter({ prometheus: false, budgets: {
          budgets: [{ name: 'shared', limitUsd: 0.5, period: 'month', action: 'block' }],
          store: { sqlite: ${JSON.stringify(sqlite)} },
        } });
        meter.instrumentation.manuallyInstrument(OpenAI);
        const chunk = JSON.stringify({ model: 'gpt-4.1', choices: [{ index: 0, delta: { content: 'word '.repeat(500) } }] });
        const openai = new OpenAI({ apiKey: 'none', fetch: async () => new Response('data: ' + chunk + '\\n\\n', {
          headers: { 'content-type': 'text/event-stream' } }) });
        const stream = await openai.chat.completions.create({ model: 'gpt-4.1', messages: [], stream: true, max_tokens: 1000 });
        globalThis.kept = stream;
        globalThis.reading = stream[Symbol.asyncIterator]();
        await globalThis.reading.next();
        console.log('ready');
        ${end === 'process.exit()' ? 'process.exit();' : ''}
        ${end === 'SIGTERM' ? 'setInterval(() => {}, 1000);' : ''}
      `;
      const app = new App(['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', source], {});
      await app.find(/^ready$/m);
      if (end === 'SIGTERM') app.process.kill('SIGTERM');
      await app.exit;
      const { spent, reserved } = await spentIn({ sqlite });
      assert.equal(reserved, 0, app.stderr);
      assert.ok(spent > 3_000_000_000, `${spent}`);
    });
  }

  test('survive a restart', async () => {
    const store = newFile();
    {
      await using _ = await metered({ budgets: [budget], store });
      await call();
    }
    assert.deepEqual(await spentIn(store), { spent: 1_000_000_000, reserved: 0 });
  });

  test('a file that cannot be used stops the start, and says why', () => {
    assert.throws(
      () =>
        startTokenmeter({
          budgets: { budgets: [budget], store: { sqlite: '/nowhere/b.db' } },
          prometheus: false,
        }),
      /unable to open database file/,
    );
  });
});

const { missing: noRedis } = requirement('redis-server', 'redis-server');

describe('budgets in Redis', { skip: noRedis }, () => {
  const servers: Awaited<ReturnType<typeof startRedis>>[] = [];
  after(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
  const start = async (port?: number) => {
    const server = await startRedis(port);
    servers.push(server);
    return server;
  };
  let hammered: Awaited<ReturnType<typeof startRedis>>;
  let killed: Awaited<ReturnType<typeof startRedis>>;
  before(async () => {
    [hammered, killed] = await Promise.all([start(), start()]);
  });
  sharesSpending(() => ({ redis: hammered.url }));
  outlivesProcesses(() => ({ redis: killed.url }));

  test('that hangs holds up no call for longer than its time, and none is refused', async () => {
    const server = await start();
    await using meter = await metered({ budgets: [budget], store: { redis: server.url } });
    await call();
    server.process.kill('SIGSTOP');
    const started = performance.now();
    for (let n = 0; n < 20; n++) await call();
    // It is waited for once, 50 ms, then left alone for a second.
    assert.ok(performance.now() - started < 900, `${performance.now() - started} ms`);
    assert.match(await meter.text(), /^tokenmeter_budget_store_failures_total [1-9]/m);
    await assert.rejects(meter.budgets.status(), /the store of the budgets does not answer/);
    server.process.kill('SIGCONT');
    await until(async () => (await meter.budgets.status())[0]?.spent === 0.021);
  });

  test('that is away: failOpen lets calls through, and tells the store when it is back', async () => {
    const server = await start();
    const store = { redis: server.url };
    await using meter = await metered({ budgets: [budget], store });
    await call();
    // What is under way when it goes is told to the next one.
    await until(async () => (await meter.budgets.status())[0]?.spent === 0.001);
    await server[Symbol.asyncDispose]();
    for (let n = 0; n < 5; n++) await call();
    await start(server.port);
    // That one has forgotten the first call: it keeps nothing.
    await until(async () => (await meter.budgets.status())[0]?.spent === 0.005);
  });

  test('that is away: failClosed refuses, and says that it is the store', async () => {
    const server = await start();
    await using _ = await metered({
      budgets: [budget],
      store: { redis: server.url },
      onStoreFailure: 'failClosed',
      // On a busy machine the first connection takes its time; one that is refused fails at once.
      storeTimeoutMs: 5000,
    });
    await call();
    await server[Symbol.asyncDispose]();
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof BudgetExceededError);
      assert.match(error.message, /the store of the budgets does not answer/);
      return true;
    });
  });

  test('a process whose Redis is away ends all the same', async () => {
    const server = await start();
    await server[Symbol.asyncDispose]();
    const source = `
      import { startTokenmeter } from 'tokenmeter';
      import OpenAI from 'openai';
      const budgets = { budgets: [{ name: 'x', limitUsd: 1, period: 'day' }], store: { redis: '${server.url}' } };
      startTokenmeter({ prometheus: false, budgets }).instrumentation.manuallyInstrument(OpenAI);
      const openai = new OpenAI({ apiKey: 'none', fetch: async () => Response.json({}) });
      await openai.chat.completions.create({ model: 'gpt-4.1', messages: [] });
      console.log('made');
    `;
    const app = new App(['--input-type=module', '-e', source], {});
    assert.equal(await app.exit, 0, app.stderr);
    assert.equal(app.stdout, 'made\n');
  });
});
