import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CostEstimate } from '../../src/estimate/index.ts';
import { tableVersion } from '../../src/pricing/index.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const USER = { role: 'user', content: 'Tell me a joke about OpenTelemetry' };
const IMAGE = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } };

describe('tokenmeter estimate', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());

  const file = async (name: string, content: unknown) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder.path, name), text);
    return name;
  };
  const run = (args: readonly string[], input = '') =>
    tokenmeter(['estimate', ...args], { folder: folder.path, input });
  const json = (args: readonly string[], input?: string) => {
    const { code, stdout, stderr } = run([...args, '--json'], input);
    assert.equal(stderr, '');
    const estimate = JSON.parse(stdout) as CostEstimate & { readonly notCounted: readonly string[] };
    return { code, ...estimate };
  };
  const refused = (args: readonly string[], expected: RegExp, input?: string) => {
    const { code, stdout, stderr } = run(args, input);
    assert.match(stderr, expected);
    assert.equal(stdout, '');
    assert.equal(code, 2);
  };

  test('prints the tokens and the cost of a text, aligned', async () => {
    const name = await file('prompt.txt', USER.content);
    const { code, stdout, stderr } = run([name, '--model', 'gpt-4o', '--max-output', '500']);
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      [
        'model   gpt-4o (openai)',
        'input   14 tokens, counted with gpt-tokenizer',
        'output  up to 500 tokens',
        'cost    $0.000035 to $0.005035',
        `prices  gpt-4o, table ${tableVersion}\n`,
      ].join('\n'),
    );
    assert.equal(code, 0);
  });

  test('takes the model and the limit from a body, where the options do not say them', async () => {
    const name = await file('request.json', {
      model: 'gpt-4o',
      max_completion_tokens: 100,
      messages: [USER],
    });
    const { code, model, inputTokens, maxOutputTokens, complete, cost } = json([name]);
    const known = { code, model, inputTokens, maxOutputTokens, complete };
    assert.deepEqual(known, {
      code: 0,
      model: 'gpt-4o',
      inputTokens: 14,
      maxOutputTokens: 100,
      complete: true,
    });
    assert.deepEqual(cost, { minUsd: 0.000035, maxUsd: 0.001035 });
    assert.equal(json([name, '--max-output', '1']).maxOutputTokens, 1);
    assert.equal(json([name, '--model', 'gpt-4']).model, 'gpt-4');
  });

  test('guesses the provider from the model', async () => {
    const body = await file('claude.json', { max_tokens: 9, system: 'Be brief.', messages: [USER] });
    const guessed = json([body, '--model', 'claude-opus-4-7']);
    assert.equal(guessed.provider, 'anthropic');
    assert.equal(guessed.method, 'heuristic');
    const list = await file('list.json', [USER]);
    assert.equal(json([list, '--model', 'us.anthropic.claude-sonnet-4-6']).provider, 'anthropic');
    assert.equal(json([list, '--model', 'o3']).provider, 'openai');
    assert.equal(json([list, '--model', 'my-model', '--provider', 'anthropic']).provider, 'anthropic');
  });

  test('reads a body or a text from standard input', () => {
    assert.equal(json(['-', '--model', 'gpt-4o'], JSON.stringify({ input: USER.content })).inputTokens, 14);
    assert.equal(json(['-', '--model', 'gpt-4o'], USER.content).inputTokens, 14);
    assert.equal(json(['-', '--model', 'gpt-4o'], '[link](https://example.com)').code, 0);
  });

  test('warns of what it cannot count', async () => {
    const messages = [{ role: 'user', content: [IMAGE, IMAGE] }];
    const name = await file('image.json', { messages, response_format: { type: 'json_schema' } });
    const { code, stdout } = run([name, '--model', 'gpt-4o', '--max-output', '5']);
    assert.match(stdout, /^input +at least 7 tokens, /m);
    assert.match(stdout, /^cost +at least \$0\.0000175$/m);
    assert.match(stdout, /^warning +not counted: 2 images$/m);
    assert.match(stdout, /^warning +not counted: response_format$/m);
    assert.equal(code, 0);
    const stored = await file('stored.json', { input: 'hi', previous_response_id: 'resp_1' });
    const { complete, notCounted, cost } = json([stored, '--model', 'gpt-4o', '--max-output', '5']);
    assert.deepEqual({ complete, notCounted }, { complete: false, notCounted: ['previous_response_id'] });
    assert.equal(cost?.maxUsd, undefined);
  });

  test('says that a model has no known price, and which may have been meant', async () => {
    const name = await file('some.txt', 'hi');
    const { code, stdout } = run([name, '--model', 'claude-sonet-4-5']);
    assert.match(stdout, /^cost +not known: no price for this model \(unknown_model\)$/m);
    assert.match(stdout, /^warning +Did you mean claude-sonnet-4-5\?$/m);
    assert.equal(code, 1);
    const { nearest } = json([name, '--model', 'opus 4.6']) as { nearest?: unknown };
    assert.deepEqual(nearest, ['claude-opus-4-6']);
  });

  test('takes all that a body says of its cost into the maximum', async () => {
    const most = async (body: object) => {
      const estimate = json([await file('whole.json', { messages: [USER], ...body })]);
      return { ...estimate.cost, tokens: estimate.maxOutputTokens, notCounted: estimate.notCounted };
    };
    const gpt = { model: 'gpt-4o', max_completion_tokens: 100 };
    assert.equal((await most({ ...gpt, n: 5 })).maxUsd, 0.005035);
    assert.equal((await most({ ...gpt, n: 2, best_of: 5 })).tokens, 500);
    assert.equal(
      (await most({ ...gpt, prediction: { type: 'content', content: 'hello world' } })).tokens,
      102,
    );
    assert.equal((await most({ ...gpt, service_tier: 'flex' })).maxUsd, undefined);
    const tiers = { model: 'gpt-5.5', max_completion_tokens: 100 };
    const [standard, priority] = [await most(tiers), await most({ ...tiers, service_tier: 'priority' })];
    assert.equal(priority.minUsd, standard.minUsd);
    assert.ok(Math.abs((priority.maxUsd ?? 0) / (standard.maxUsd ?? 1) - 2.5) < 1e-9);
    const claude = { model: 'claude-opus-4-6', max_tokens: 100 };
    const [usual, fast] = [await most(claude), await most({ ...claude, speed: 'fast' })];
    assert.ok(Math.abs((fast.maxUsd ?? 0) / (usual.maxUsd ?? 1) - 6) < 1e-9);
    const regional = await most({ ...claude, inference_geo: 'us' });
    assert.ok(Math.abs((regional.maxUsd ?? 0) / (usual.maxUsd ?? 1) - 1.1) < 1e-9);
  });

  test('has no maximum where a body says something that is not understood', async () => {
    for (const body of [
      { audio: { voice: 'alloy' } },
      { fallbacks: [{ model: 'claude-opus-5' }] },
      { new: 1 },
    ]) {
      const name = await file('strange.json', { messages: [USER], max_tokens: 5, temperature: 1, ...body });
      const { complete, notCounted, cost } = json([name, '--model', 'gpt-4o']);
      assert.deepEqual([complete, notCounted], [false, Object.keys(body)]);
      assert.equal(cost?.maxUsd, undefined);
    }
  });

  test('prints the tier and the number of answers', async () => {
    const name = await file('five.json', { model: 'gpt-5.5', n: 5, messages: [USER] });
    const { stdout } = run([name, '--max-output', '1_000', '--tier', 'priority']);
    assert.match(stdout, /^output +up to 5,000 tokens, in 5 answers$/m);
    assert.match(stdout, /^tier +priority$/m);
  });

  test('refuses a wrong command line', async () => {
    const name = await file('line.txt', 'hi');
    refused([], /missing required argument 'file'/);
    refused([name], /line\.txt: say which model: --model NAME/);
    refused([name, '--model', 'gpt-4o', '--bogus'], /unknown option '--bogus'/);
    refused(
      [name, '--model', 'gpt-4o', '--max-output', 'few'],
      /'few' is invalid\. It must be a whole number/,
    );
    for (const count of [' ', '0x10', '1.5', '-1'])
      refused([name, '--model', 'gpt-4o', `--max-output=${count}`], /It must be a whole number of tokens/);
    refused([name, '--model', 'gpt-4o', '--provider', 'google'], /Allowed choices are openai, anthropic/);
  });

  test('refuses a file that cannot be used, and says why', async () => {
    const model = ['--model', 'gpt-4o'];
    refused(['nowhere.json', ...model], /nowhere\.json: no such file/);
    refused(['.', ...model], /this is a folder/);
    refused([await file('empty.txt', ' \n'), ...model], /empty\.txt: there is nothing in it/);
    refused([await file('binary.txt', 'a\0b'), ...model], /this is not a text file/);
    const broken = await file('broken.json', '{\n  "messages": [}\n}');
    refused([broken, ...model], /broken\.json: broken JSON, line 2, column 16: Unexpected token '}'\n/);
    refused(
      [await file('cut.json', '{"messages": ['), ...model],
      /JSON, line 1, column 15: Unexpected end\n/,
    );
    refused([await file('comma.json', '{"a": 1 "b"}'), ...model], /JSON, line 1, column 9: Expected ','/);
    refused([await file('other.json', { foo: 1 }), ...model], /it has neither messages nor input/);
    refused(
      [await file('wrong.json', { messages: ['hi'] }), ...model],
      /messages: got a list of 1, expected/,
    );
    refused(['-', ...model], /standard input: there is nothing in it/, '');
  });

  test('explains itself', () => {
    const { code, stdout } = run(['--help']);
    assert.match(stdout, /Examples:\n {2}npx tokenmeter estimate prompt\.txt --model/);
    assert.match(stdout, /Exit code: 0 /);
    assert.equal(code, 0);
  });
});
