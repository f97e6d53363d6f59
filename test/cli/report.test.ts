import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { createStore } from '../../src/ledger/open.ts';
import { startRecording } from '../../src/ledger/recording.ts';
import { priceCall } from '../../src/pricing/price.ts';
import { textOutput, uncachedInput } from '../../src/usage.ts';
import { callAt } from '../ledger/calls.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

describe('tokenmeter report', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let ledger: string;
  before(async () => {
    folder = await temporaryFolder();
    ledger = `${folder.path}/usage.db`;
    const options = { sqlite: ledger };
    const recording = startRecording(createStore(options), options);
    const add = (day: string, model: string, user: string, calls: number, input: number) => {
      const usage = {
        input: uncachedInput(input),
        output: textOutput(0),
        serverTools: {},
        raw: undefined,
      };
      const priced = priceCall({ provider: 'openai', model: [model], usage });
      assert.ok('picoUsd' in priced);
      for (let call = 0; call < calls; call++)
        recording.sink.settle(callAt(`${day}T12:00:00Z`, { user, model, usage, cost: priced }));
    };
    // 50 requests that cost $2.45 and 200 that cost $0.80: the second document's example.
    add('2026-07-01', 'gpt-4.1', 'ann', 50, 24_500);
    add('2026-07-01', 'gpt-4.1-mini', 'bob', 200, 10_000);
    add('2026-07-02', 'gpt-4.1', '=1+1', 2, 1000);
    await recording.shutdown();
  });
  after(() => folder[Symbol.asyncDispose]());

  const report = (...args: string[]) =>
    tokenmeter(['report', ...args], { env: { TOKENMETER_LEDGER: ledger } });
  const lines = (...args: string[]) => {
    const { code, stdout, stderr } = report(...args);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    return stdout.trimEnd().split('\n');
  };

  test('the daily summary that the document shows', () => {
    assert.deepEqual(lines('daily', '--date', '2026-07-01', '--budget', '5'), [
      'Daily Summary (2026-07-01)',
      '==========================',
      'gpt-4.1: 50 requests, $2.45',
      'gpt-4.1-mini: 200 requests, $0.80',
      'Total: $3.25',
      'Remaining: $1.75 of $5.00',
      '',
      'Alert: 65% of daily budget used',
    ]);
  });

  test('a budget that is used up is an exit code; a day without calls is none', () => {
    assert.equal(report('daily', '--date', '2026-07-01', '--budget', '3').code, 3);
    assert.match(report('daily', '--date', '2026-06-01').stdout, /no calls\nTotal: \$0\.00/);
  });

  test('a user, models, the first users', () => {
    // Long ago, so only --json shows that there is nothing.
    const { usage } = JSON.parse(report('user', 'nobody', '--json').stdout);
    assert.deepEqual(usage, []);
    assert.match(
      lines('models', '--to', '2026-07-01').join('\n'),
      /openai +gpt-4\.1 +50 +1,225,000 +0 +1,225,000 +\$2\.45/,
    );
    assert.match(lines('top', '--limit', '1')[1] ?? '', /^ann +50/);
    assert.match(lines('top', '--by', 'tokens', '--limit', '1')[1] ?? '', /^bob +200/);
  });

  test('JSON has the exact amounts', () => {
    const { total } = JSON.parse(report('daily', '--date', '2026-07-01', '--json').stdout);
    assert.equal(total.picoUsd, '3250000000000');
  });

  test('CSV, without formulas of users, JSON and Parquet have the same calls', async () => {
    const csv = parse(report('export').stdout, { columns: true }) as Record<string, string>[];
    assert.equal(csv.length, 252);
    assert.equal(csv.at(-1)?.user_id, "'=1+1");
    const json = JSON.parse(report('export', '--format', 'json', '--from', '2026-07-02').stdout);
    assert.deepEqual(
      json.map(({ user_id, cost_usd, time }: Record<string, unknown>) => [user_id, cost_usd, time]),
      Array(2).fill(['=1+1', 0.002, '2026-07-02T12:00:00.000Z']),
    );
    const out = `${folder.path}/calls.parquet`;
    lines('export', '--format', 'parquet', '--out', out);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out) });
    assert.equal(rows.length, 252);
    assert.equal(rows[0]?.cost_pico_usd, 49_000_000_000n);
    assert.deepEqual(rows[0]?.time, new Date('2026-07-01T12:00:00Z'));
    assert.equal(report('export', '--format', 'parquet').code, 2);
    assert.equal(report('export', '--out', '/proc/nothing/calls.csv').code, 1);
    assert.ok((await readFile(out)).length < 50_000);
  });

  test('prices again: first only said, then done, and back', async () => {
    const prices = `${folder.path}/prices.json`;
    await writeFile(prices, '{ "factor": 2 }');
    const env = { TOKENMETER_LEDGER: ledger, TOKENMETER_PRICES: prices };
    const reprice = (...args: string[]) =>
      tokenmeter(['report', 'reprice', '--since', '2026-07-02', ...args], { env });
    const total = () => JSON.parse(report('daily', '--date', '2026-07-02', '--json').stdout).total.costUsd;
    assert.match(reprice('--dry-run').stdout, /2 of 2 calls would change[\s\S]*\$0\.004000 +\$0\.008000/);
    assert.equal(total(), 0.004);
    const { changed } = JSON.parse(reprice('--json').stdout);
    assert.equal(changed[0].afterPicoUsd, '8000000000');
    assert.equal(total(), 0.008);
    assert.match(reprice().stdout, /^0 of 2 calls changed$/m);
    report('reprice', '--since', '2026-07-02');
    assert.equal(total(), 0.004);
  });

  test('what cannot be', () => {
    for (const [code, message, ...args] of [
      [2, /a day such as/, 'daily', '--date', '2026-02-30'],
      [2, /name of a time zone/, 'models', '--time-zone', 'Mars'],
      [2, /above 0/, 'daily', '--budget', '-1'],
      [2, /no more than 1e12/, 'daily', '--budget', '1e300'],
      [2, /days from 1 to 36500/, 'user', 'ann', '--days', '999999999'],
      [2, /--from 2026-07-02 is after --to 2026-07-01/, 'top', '--from', '2026-07-02', '--to', '2026-07-01'],
      [2, /Allowed choices are cost, tokens/, 'top', '--by', 'luck'],
      [2, /required option '--since/, 'reprice'],
      [2, /required option '--keep-days/, 'prune'],
      [2, /less than --keep-days/, 'prune', '--keep-days', '9', '--keep-aggregates-days', '8'],
      [1, /there is no ledger at nowhere\.db/, 'daily', '--ledger', 'nowhere.db'],
      [1, /ECONNREFUSED/, 'daily', '--ledger', 'postgres://x:secret@127.0.0.1:1/y'],
      [1, /cannot be read/, 'reconcile', 'nowhere.csv'],
    ] as const) {
      const run = report(...args);
      assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
      assert.match(run.stderr, message);
      assert.doesNotMatch(run.stderr, /secret|\n +at /);
    }
    for (const name of ['daily', 'user', 'models', 'top', 'export', 'reprice', 'reconcile', 'prune'])
      assert.match(
        report(name, '--help').stdout,
        /Exit code: [\s\S]*Examples:\n {2}npx tokenmeter report/,
        name,
      );
  });

  test("the documents' own tables and queries work on it", () => {
    const database = new DatabaseSync(ledger, { readOnly: true });
    const all = (sql: string, ...values: string[]) =>
      database
        .prepare(sql)
        .all(...values)
        .map((row) => ({ ...row }));
    assert.deepEqual(
      all(
        `SELECT model, COUNT(*) as requests, SUM(input_tokens) as total_input, SUM(output_tokens) as total_output,
          SUM(cost_usd) as total_cost, AVG(latency_ms) as avg_latency
        FROM api_usage WHERE DATE(timestamp) = ? GROUP BY model`,
        '2026-07-01',
      ).map(({ model, requests, total_input }) => [model, requests, total_input]),
      [
        ['gpt-4.1', 50, 1_225_000],
        ['gpt-4.1-mini', 200, 2_000_000],
      ],
    );
    assert.deepEqual(
      all('SELECT user_id, SUM(total_tokens) as total_tokens_used FROM token_usage GROUP BY user_id'),
      [
        { user_id: '=1+1', total_tokens_used: 2000 },
        { user_id: 'ann', total_tokens_used: 1_225_000 },
        { user_id: 'bob', total_tokens_used: 2_000_000 },
      ],
    );
    assert.deepEqual(
      all("SELECT COALESCE(SUM(cost), 0) as cost FROM usage WHERE DATE(timestamp) = '2026-07-02'"),
      [{ cost: 0.004 }],
    );
    database.close();
  });
});
