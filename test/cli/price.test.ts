import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseTable } from '../../src/pricing/schema.ts';
import { table } from '../../src/pricing/table.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

describe('tokenmeter price', () => {
  const price = (...args: string[]) => tokenmeter(['price', ...args]);

  test('of a call, by class and in all, to the last digit', () => {
    const { code, stdout, stderr } = price('gpt-4.1', '--in', '1000', '--cached', '1', '--out', '500');
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.deepEqual(stdout.split('\n').slice(0, 5), [
      'openai gpt-4.1: 1000 tokens in, 500 out',
      '  input       $0.001998',
      '  cacheRead  $0.0000005',
      '  output         $0.004',
      '  total      $0.0059985',
    ]);
    assert.ok(stdout.includes(table.version));
  });

  test('of a thousand tokens each way, where no counts are given', () => {
    assert.match(price('gpt-4.1').stdout, /total +\$0\.01/);
  });

  test('as JSON, with tier and date, of a name that stands for a model', () => {
    const options = ['--in', '100000', '--tier', 'batch', '--at', '2026-11-01', '--json'];
    const found = JSON.parse(price('us.anthropic.claude-sonnet-4-5-20250929-v1:0', ...options).stdout);
    assert.deepEqual(found, {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      confidence: 'alias',
      tableVersion: table.version,
      totalUsd: 0.165,
      byClass: { input: 0.165 },
    });
  });

  test('an unknown model: an error, with the nearest names that are known', () => {
    const { code, stdout, stderr } = price('gpt-4.1-mni');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /has no model "gpt-4\.1-mni" in .*Did you mean gpt-4\.1-mini/);
    assert.match(price('qwertzuiopasdfgh').stderr, /`tokenmeter models` lists all/);
    assert.deepEqual(JSON.parse(price('gpt-99', '--json').stdout), {
      provider: 'openai',
      model: 'gpt-99',
      unpriced: 'unknown_model',
    });
  });

  for (const [name, ...args] of [
    ['no count', 'gpt-4.1', '--in', 'many'],
    ['a negative one', 'gpt-4.1', '--in=-5'],
    ['more cached than read', 'gpt-4.1', '--in', '10', '--cached', '11'],
    ['no date', 'gpt-4.1', '--at', 'tomorrow'],
    ['no model'],
    ['an unknown provider', 'gpt-4.1', '--provider', 'acme'],
  ] as const) {
    test(`${name}: a clear error`, () => {
      const { code, stderr } = price(...args);
      assert.equal(code, 2);
      assert.match(stderr, /^error: .+/);
    });
  }

  test('prices of your own, from the file that the variable names', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'prices.json');
    await writeFile(path, '{"models": {"acme": {"input": 1, "output": 2}}}');
    const run = () => tokenmeter(['price', 'acme', '--in', '1000'], { env: { TOKENMETER_PRICES: path } });
    assert.match(run().stdout, /total +\$0\.001$/m);
    await writeFile(path, '{"models": {"acme": {"input": -1}}}');
    const { code, stderr } = run();
    assert.equal(code, 2);
    assert.match(stderr, /^error: .*TOKENMETER_PRICES\.models\.acme\.input: got -1/);
  });

  test('help shows examples', () => {
    assert.match(price('--help').stdout, /npx tokenmeter price gpt-4\.1 --in 1000/);
  });
});

describe('tokenmeter models', () => {
  const models = (...args: string[]) => tokenmeter(['models', ...args]);

  test('those with a part of a name', () => {
    const { code, stdout } = models('gpt-4.1', '--provider', 'openai');
    assert.equal(code, 0);
    assert.match(stdout, /^openai\/gpt-4\.1 +2 +0\.5 +- +8 /m);
    assert.doesNotMatch(stdout, /claude/);
    assert.ok(stdout.includes(table.version));
    assert.match(stdout, /days old/);
  });

  test('none', () => {
    const { code, stderr } = models('zzz');
    assert.equal(code, 1);
    assert.match(stderr, /no model has "zzz" in its name/);
  });

  test('the whole table as JSON, as a refresh reads it', () => {
    assert.equal(parseTable(models('--json').stdout).version, table.version);
  });
});
