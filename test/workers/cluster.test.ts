import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { announce } from '../../src/workers/discovery.ts';
import { type Provider, startProvider } from '../provider/server.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { look, scrape } from '../support/scrape.ts';
import { freePort } from '../support/server-process.ts';

const apps = new URL('./apps/', import.meta.url).pathname;

describe('node:cluster', () => {
  let server: Provider;
  before(async () => {
    server = await startProvider();
  });
  after(() => server.close());

  async function start(env: Record<string, string> = {}, flags = ['--import', 'tokenmeter/register']) {
    const before = server.requests.length;
    const app = new App([...flags, `${apps}cluster.mjs`], {
      TEST_OPENAI_URL: server.openaiUrl,
      ...(env.pm2_env === undefined && { OTEL_EXPORTER_PROMETHEUS_PORT: '0' }),
      ...env,
    });
    await app.find(/^done$/m);
    const tell = async (command: string) => {
      app.process.stdin?.write(`${command}\n`);
      await app.find(new RegExp(`^${command}: done$`, 'm'));
    };
    return { app, tell, requests: () => server.requests.length - before };
  }

  const counted = (text: string) => {
    const sums: Record<string, number> = {};
    for (const [, worker = '', value] of text.matchAll(
      /^tokenmeter_requests_total\{user_id="(\d)-\d".* (\d+)$/gm,
    )) {
      sums[worker] = (sums[worker] ?? 0) + Number(value);
    }
    return sums;
  };

  test('one scrape has the sum of all workers, of those that were killed too', async () => {
    const { app, tell, requests } = await start();
    assert.equal(requests(), 50);
    const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
    const truth = { 1: 5, 2: 10, 3: 15, 4: 20 };
    await until(async () => sum(counted(await look(url))) === 50);
    assert.deepEqual(counted(await look(url)), truth);
    await tell('kill 4');
    await tell('disconnect 3');
    const text = await look(url);
    assert.deepEqual(counted(text), truth);
    const durations = /^gen_ai_client_inference_duration_count\{.*\} (\d+)$/m.exec(text);
    assert.equal(durations?.[1], '50', 'histograms too');
    assert.match(text, /^tokenmeter_workers\{state="answered"\} 2$/m);
    assert.equal(app.stderr.match(/metrics at/g)?.length, 5, 'each process says where: the primary');
    assert.equal(new Set(app.stderr.match(/metrics at \S+/g)).size, 1);
    assert.equal(await app.finish(), 0);
    assert.doesNotMatch(app.stderr, /fault|in use|Error/);
  });

  test('calls that wait for a ledger, of all workers together', async () => {
    const { app } = await start({ TOKENMETER_LEDGER: '/proc/usage.db' });
    const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
    await until(async () => sum(counted(await look(url))) === 50);
    const text = await look(url);
    assert.match(text, /^tokenmeter_ledger_queue_rows 50$/m);
    assert.match(text, /^tokenmeter_ledger_dropped_rows_total 0$/m);
    app.process.kill('SIGKILL');
  });

  test('new series are 0 first, whichever worker they come from', async () => {
    const { app } = await start();
    const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
    await until(async () => sum(counted(await look(url))) === 50);
    const sums = [];
    for (let n = 0; n < 3; n++) sums.push(sum(counted(await scrape(url))));
    assert.deepEqual(sums, [0, 0, 50]);
    await app.finish();
  });

  test('a worker that does not answer is not waited for, and is reported', async () => {
    const { app, tell } = await start();
    const [, url = ''] = await app.find(/tokenmeter: metrics at (\S+)/);
    await until(async () => sum(counted(await look(url))) === 50);
    await tell('block 2');
    const text = await look(url);
    assert.deepEqual(counted(text), { 1: 5, 2: 10, 3: 15, 4: 20 }, 'what it sent before is there');
    assert.match(text, /^tokenmeter_workers\{state="silent"\} 1$/m);
    assert.match(text, /^tokenmeter_workers\{state="answered"\} 3$/m);
    await app.find(/worker 2 did not answer in time/);
    await app.finish();
  });

  test('under a primary that does not meter each worker serves its own, found by Prometheus through files', async () => {
    await using folder = await temporaryFolder();
    const onlyWorkers = new URL('./apps/only-workers.mjs', import.meta.url).pathname;
    // As PM2 does it: the variables come later, and nobody is waited for.
    const env = {
      TOKENMETER_DISCOVERY: folder.path,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    };
    const { app, tell } = await start({ pm2_env: JSON.stringify({ env }) }, ['--import', onlyWorkers]);
    await app.find(/(metrics at \S+.*){4}/s);
    const targets = async () => {
      const files = await readdir(folder.path);
      const read = files.map(async (file) => JSON.parse(await readFile(join(folder.path, file), 'utf8')));
      return (await Promise.all(read)).flat().flatMap((group: { targets: string[] }) => group.targets);
    };
    const served = await targets();
    assert.equal(new Set(served).size, 4);
    const texts = await Promise.all(served.map((target) => look(`http://${target}/metrics`)));
    assert.deepEqual(Object.assign({}, ...texts.map(counted)), { 1: 5, 2: 10, 3: 15, 4: 20 });
    await tell('disconnect 1');
    assert.equal((await targets()).length, 3, 'its file has gone with it');
    assert.equal(await app.finish(), 0);
  });

  test('files of processes that were killed are cleared away by the next one', async () => {
    await using folder = await temporaryFolder();
    const dead = new App(['-e', ''], {});
    await dead.exit;
    const left = join(folder.path, `tokenmeter-${hostname()}-${dead.process.pid}.json`);
    const foreign = join(folder.path, `tokenmeter-elsewhere-${dead.process.pid}.json`);
    for (const file of [left, foreign]) await writeFile(file, '[]');
    const remove = announce(folder.path, 'http://0.0.0.0:1234/llm');
    assert.deepEqual((await readdir(folder.path)).length, 2);
    const own = await readFile(join(folder.path, `tokenmeter-${hostname()}-${process.pid}.json`), 'utf8');
    assert.deepEqual(JSON.parse(own), [
      { targets: [`${hostname()}:1234`], labels: { __metrics_path__: '/llm' } },
    ]);
    remove();
    assert.deepEqual(await readdir(folder.path), [`tokenmeter-elsewhere-${dead.process.pid}.json`]);
  });
});

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

/** What a busy worker has is there a scrape later. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
