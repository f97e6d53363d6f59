import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { table } from '../src/pricing/table.ts';
import { temporaryFolder } from './support/fake-sdk.ts';
import { GPT, hello, metered } from './support/setup.ts';

const ATTRIBUTE = 'gen_ai.usage.cost.amount';

describe('prices of your own, in a running meter', () => {
  const setup = metered({ prices: { factor: 0.5, models: { 'my-llama': { free: true } } } });
  const costOf = async (model: string) => {
    await setup.openai.chat.completions.create({ model, messages: hello });
    return setup.meter.takeSpans()[0]?.attributes[ATTRIBUTE];
  };

  test('are on the span and in the counter', async () => {
    // 600 tokens in at $2, 400 cached at $0.50 and 50 out at $8 a million, and half of that.
    assert.equal(await costOf(GPT), 0.0009);
    assert.equal(await setup.meter.sum('tokenmeter.cost.usd'), 0.0009);
    assert.equal(await costOf('my-llama@in=10,out=5'), 0);
    assert.equal(await setup.meter.sum('tokenmeter.unpriced.requests'), 0);
  });

  test('a new configuration holds from then on', async () => {
    setup.meter.instrumentation.setConfig({ prices: { factor: 2 } });
    assert.equal(await costOf(GPT), 0.0036);
  });

  test('the version and the age of the table are metrics', async () => {
    assert.equal(await setup.meter.sum('tokenmeter.price.table', { version: table.version }), 1);
    const age = await setup.meter.sum('tokenmeter.price.table.age.seconds');
    const expected = (Date.now() - Date.parse(table.date)) / 1000;
    assert.ok(Math.abs(age - expected) < 60);
  });
});

describe('a newer table, in a running meter', () => {
  const setup = metered();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let path: string;
  before(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'table.json');
    const listed = table.providers.openai?.models['gpt-4.1']?.[0];
    const cheap = { ...listed, rates: { input: 1_000_000, cacheRead: 0, output: 0 } };
    const openai = { models: { 'gpt-4.1': [cheap] }, aliases: {} };
    const newer = { ...table, version: 'ours', providers: { ...table.providers, openai } };
    await writeFile(path, JSON.stringify(newer));
    setup.meter.instrumentation.setConfig({ prices: { refresh: { from: path } } });
    setup.meter.instrumentation.enable();
  });
  after(() => folder[Symbol.asyncDispose]());

  test('is taken in the background, and calls are priced by it from then on', {
    timeout: 10_000,
  }, async () => {
    const isInUse = (version: string) => setup.meter.sum('tokenmeter.price.table', { version });
    await setup.openai.chat.completions.create({ model: GPT, messages: hello });
    while ((await isInUse('ours')) === 0) await setTimeout(10);
    assert.equal(await isInUse(table.version), 0);
    setup.meter.takeSpans();
    await setup.openai.chat.completions.create({ model: GPT, messages: hello });
    assert.equal(setup.meter.takeSpans()[0]?.attributes[ATTRIBUTE], 0.0006);
  });
});
