import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { logs } from '@opentelemetry/api';
import OpenAI from 'openai';
import { watchBudgetFile } from '../../src/budgets/file.ts';
import { startTokenmeter } from '../../src/index.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { call } from './call.ts';

describe('a file of budgets that changes', () => {
  test('counts from then on, and says so; one that is not valid does not', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'budgets.yaml');
    await writeFile(file, 'budgets: [{ name: a, limitUsd: 1, period: day }]');
    const source = `
      import { startTokenmeter } from 'tokenmeter';
      const meter = startTokenmeter({ prometheus: false, budgets: '${file}' });
      process.stdin.on('data', async () => console.log(JSON.stringify(await meter.budgets.status())));
      process.stdin.on('end', () => meter.shutdown());
      console.log('ready');
    `;
    const app = new App(['--input-type=module', '-e', source], { OTEL_LOG_LEVEL: 'WARN' });
    await app.find(/^ready$/m);
    await writeFile(file, 'budgets: [{ name: a, limitUsd: -1, period: day }]');
    await app.find(/budgets\.yaml has changed, but cannot be used; the budgets stay as they were: .*got -1/);
    // As editors, and Kubernetes, do it: another file in its place.
    await writeFile(
      `${file}.new`,
      'budgets: [{ name: a, limitUsd: 2, period: day }, { name: b, limitUsd: 3, period: day }]',
    );
    await rename(`${file}.new`, file);
    await app.find(/budgets\.yaml has changed: 2 budgets are in force/);
    app.process.stdin?.write('?');
    const [, status = ''] = await app.find(/^(\[.*\])$/m);
    assert.deepEqual(
      (JSON.parse(status) as { budget: string; limit: number }[]).map(({ budget, limit }) => [budget, limit]),
      [
        ['a', 2],
        ['b', 3],
      ],
    );
    assert.equal(await app.finish(), 0, app.stderr);
  });

  test('has a budget of the name of another one: refused at the start, and when it changes', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'budgets.yaml');
    await writeFile(file, 'budgets: [{ name: a, limitUsd: 1, period: day }]');
    const budgets = [{ name: 'a', limitUsd: 1, period: 'day' }] as const;
    assert.throws(
      () => startTokenmeter({ prometheus: false, budgets: { budgets, file } }),
      /budgets\.yaml: budget "a" is among those of the option, too/,
    );
  });

  test('is not looked at any more once watching stops, but by others', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'budgets.yaml');
    await writeFile(file, 'budgets: []');
    const seen: string[] = [];
    const stopFirst = watchBudgetFile(file, () => seen.push('first'));
    const stopSecond = watchBudgetFile(file, () => seen.push('second'));
    await delay(200);
    stopFirst();
    await writeFile(file, 'budgets: [{ name: a, limitUsd: 1, period: day }]');
    while (seen.length === 0) await delay(20);
    assert.deepEqual(seen, ['second']);
    stopSecond();
    await writeFile(file, 'budgets: [] # once more');
    await delay(2200);
    assert.deepEqual(seen, ['second']);
  });

  test('keeps what was spent', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'budgets.json');
    const write = (limitUsd: number) =>
      writeFile(
        file,
        JSON.stringify({ budgets: [{ name: 'a', limitUsd, period: 'month', action: 'block' }] }),
      );
    await write(0.001);
    const meter = startTokenmeter({ prometheus: false, budgets: file });
    meter.instrumentation.manuallyInstrument(OpenAI);
    await call();
    await assert.rejects(call());
    await write(5);
    while ((await meter.budgets.status())[0]?.limit !== 5) await delay(20);
    assert.equal((await meter.budgets.status())[0]?.spent, 0.001);
    await call();
    await meter.shutdown();
  });
});

test('a threshold that is crossed is a log record', async (t) => {
  const records: { body?: unknown; severityText?: string; attributes?: object }[] = [];
  logs.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record) => records.push(record as never), enabled: () => true }),
  });
  t.after(() => logs.disable());
  const meter = startTokenmeter({
    prometheus: false,
    budgets: [{ name: 'a', limitUsd: 0.002, period: 'month', per: ['user'], thresholds: [0.5, 1] }],
  });
  meter.instrumentation.manuallyInstrument(OpenAI);
  for (let n = 0; n < 2; n++) await call();
  await meter.shutdown();
  assert.deepEqual(
    records.map(({ body, severityText }) => [severityText, body]),
    [
      ['WARN', 'Budget "a" has reached 50 %: $0.001000 of $0.002000'],
      ['ERROR', 'Budget "a" has reached 100 %: $0.002000 of $0.002000'],
    ],
  );
});

test('a log pipeline that throws keeps nobody from being told of a threshold', async (t) => {
  logs.setGlobalLoggerProvider({
    getLogger: () => ({
      emit() {
        throw new Error('the log pipeline is broken');
      },
      enabled: () => true,
    }),
  });
  t.after(() => logs.disable());
  let tell: (threshold: number) => void = () => {};
  const told = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const meter = startTokenmeter({
    prometheus: false,
    budgets: {
      budgets: [{ name: 'a', limitUsd: 0.001, period: 'month', thresholds: [1] }],
      onThreshold: ({ threshold }) => tell(threshold),
    },
  });
  meter.instrumentation.manuallyInstrument(OpenAI);
  await call();
  assert.equal(await told, 1);
  await meter.shutdown();
});
