import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nearestModels } from '../../src/cli/known-models.ts';
import { parseTable } from '../../src/pricing/schema.ts';
import { table } from '../../src/pricing/table.ts';
import type { PriceTable } from '../../src/pricing/types.ts';
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
      counts: { in: 100_000 },
      totalUsd: 0.165,
      byClass: { input: 0.165 },
    });
  });

  test('an unknown model: an error, with the nearest names that are known', () => {
    const { code, stdout, stderr } = price('gpt-4.1-mni');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^no model "gpt-4\.1-mni" in .*Did you mean gpt-4\.1-mini/);
    assert.match(price('qwertzuiopasdfgh').stderr, /`tokenmeter models` lists all/);
    assert.deepEqual(JSON.parse(price('claude-sonet-4-5', '--json').stdout), {
      provider: 'anthropic',
      model: 'claude-sonet-4-5',
      unpriced: 'unknown_model',
      nearest: ['claude-sonnet-4-5'],
    });
  });

  test('of a model that does not charge for tokens both ways, where no counts are given: of what it does', () => {
    const shown: Readonly<Record<string, RegExp>> = {
      'tts-1': /: 1,000 characters\n {2}characters +\$0\.015\n.*\n.*\n {2}\$15 per million characters\n/,
      'whisper-1': /: 60 seconds\n {2}audioSeconds +\$0\.006\n.*\n.*\n {2}\$0\.006 a minute\n/,
      'dall-e-3': /: 1 image\n {2}images +\$0\.04\n(.*\n)+ {2}\$0\.12 an image of hd\/1024x1792\n/,
      'text-embedding-3-small': /: 1000 tokens in, 0 out\n {2}input +\$0\.00002\n/,
      'gpt-image-2': /: 1000 tokens in, 0 out, 1000 of images out\n/,
    };
    for (const [model, expected] of Object.entries(shown)) {
      const { code, stdout, stderr } = price(model);
      assert.match(stdout, expected, model);
      assert.deepEqual([code, stderr], [0, ''], model);
    }
  });

  test('of seconds, characters and images', () => {
    const total = (...args: string[]) => /total +(\S+)/.exec(price(...args).stdout)?.[1];
    assert.equal(total('whisper-1', '--seconds', '7.43'), '$0.000743');
    assert.equal(total('tts-1-hd', '--characters', '1_000_000'), '$30.00');
    assert.equal(total('dall-e-3', '--images', '2', '--size', '1792x1024', '--quality', 'hd'), '$0.24');
    assert.equal(total('dall-e-3', '--quality', 'hd'), '$0.08');
    const { code, stderr } = price('dall-e-3', '--size', '5x5');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /no_rate:image:standard\/5x5 .*\nlist prices:\n {2}\$0\.08 an image of hd\/1024x1024/,
    );
  });

  for (const [name, ...args] of [
    ['no count', 'gpt-4.1', '--in', 'many'],
    ['a negative one', 'gpt-4.1', '--in=-5'],
    ['a count that is blank', 'gpt-4.1', '--in', ' '],
    ['a count in base 16', 'gpt-4.1', '--in', '0x10'],
    ['a part of a token', 'gpt-4.1', '--in', '1.5'],
    ['more tokens than a number holds', 'gpt-4.1', '--in', '99999999999999999'],
    ['no number of seconds', 'whisper-1', '--seconds', '1e3'],
    ['no part of an image', 'dall-e-3', '--images', '0.5'],
    ['a day that no calendar has', 'gpt-4.1', '--at', '2026-02-31'],
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

  test('prices of your own from a pipe or a folder: a clear error', async () => {
    await using folder = await temporaryFolder();
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const commands = [
      ['price', 'gpt-4.1'],
      ['estimate', '-', '--model', 'gpt-4.1'],
    ];
    for (const path of [pipe, folder.path, join(folder.path, 'missing.json')])
      for (const command of commands) {
        const { code, stderr } = tokenmeter(command, { env: { TOKENMETER_PRICES: path }, input: 'hi' });
        assert.equal(code, 2);
        assert.match(stderr, /^error: .*TOKENMETER_PRICES: got ".*", expected a file with JSON \(.+\)\n$/);
      }
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
    assert.match(stdout, /^openai\/gpt-4\.1 +2 +0\.5 +8 /m);
    assert.doesNotMatch(stdout, /claude/);
    assert.ok(stdout.includes(table.version));
    assert.match(stdout, /days old/);
  });

  test('those with a part of another name of theirs', () => {
    assert.match(models('claude-sonnet-4-5-20250929').stdout, /^anthropic\/claude-sonnet-4-5 /m);
  });

  test('none', () => {
    const { code, stderr } = models('zzz');
    assert.equal(code, 1);
    assert.match(stderr, /no model has "zzz" in its name/);
    assert.match(models('opus 4.6').stderr, /Did you mean claude-opus-4-6\?/);
    assert.equal(models('zzz', '--json').code, 1);
  });

  test('with their source, and prices by the unit', () => {
    assert.match(models('gpt-4.1').stdout, /^ +input +cache read +output +verified +source$/m);
    assert.match(models('gpt-4.1').stdout, /^openai\/gpt-4\.1 .* \d{4}-\d\d-\d\d {2}genai-prices$/m);
    assert.match(models('tts-1').stdout, /^openai\/tts-1 .*\$15\/M characters/m);
    assert.match(models('dall').stdout, /^openai\/dall-e-3 .*\$0\.04-0\.12\/image/m);
    assert.match(models('whisper').stdout, /^openai\/whisper-1 .*\$0\.006\/minute/m);
  });

  test('a part of the table as JSON', () => {
    const listed = (...args: string[]) => JSON.parse(models('--json', ...args).stdout) as PriceTable;
    const openai = listed('--provider', 'openai');
    assert.deepEqual(openai.providers, { openai: JSON.parse(JSON.stringify(table.providers.openai)) });
    assert.deepEqual([openai.version, openai.date], [table.version, table.date]);
    const { models: sonnets, aliases } = listed('sonnet-4-5').providers.anthropic ?? assert.fail();
    assert.deepEqual(Object.keys(sonnets), ['claude-sonnet-4-5']);
    assert.deepEqual(new Set(Object.values(aliases)), new Set(['claude-sonnet-4-5']));
    assert.equal(listed('sonnet-4-5').providers.openai, undefined);
  });

  test('the whole table as JSON, as a refresh reads it', async () => {
    assert.equal((await parseTable(models('--json').stdout)).version, table.version);
  });
});

describe('the nearest known names', () => {
  const nearest = (name: string) => nearestModels(name).join(' ');

  test('are those with the same words, the newest first, one of each model', () => {
    assert.match(nearest('haiku'), /^claude-haiku-5-5 claude-haiku-4-5 claude-3-haiku/);
    assert.match(nearest('Sonnet'), /^claude-sonnet-5-5 claude-sonnet-5 /);
    assert.equal(nearest('sonnet-4-5'), 'claude-sonnet-4-5');
    assert.equal(nearest('opus 4.6'), 'claude-opus-4-6');
    assert.match(nearest('embedding'), /^text-embedding-/);
    assert.equal(nearest('embed small'), 'text-embedding-3-small');
    assert.match(nearest('gpt4o'), /^gpt-4o /);
  });

  test('may have a typo in a word', () => {
    assert.match(nearest('sonet'), /^claude-sonnet-/);
    assert.match(nearest('claude-opuss-5'), /^claude-opus-5/);
    assert.match(nearest('gpt-4.1-mni'), /^gpt-4\.1-mini /);
  });

  test('are none of what is like nothing', () => {
    for (const name of ['zzz', '', '---', 'qwertzuiopasdfgh']) assert.equal(nearest(name), '');
  });
});
