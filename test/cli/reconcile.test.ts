import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { SettledCall } from '../../src/calls/pipeline.ts';
import { createStore } from '../../src/ledger/open.ts';
import { startRecording } from '../../src/ledger/recording.ts';
import { textOutput, uncachedInput } from '../../src/usage.ts';
import { callAt } from '../ledger/calls.ts';
import { tokenmeter } from '../support/command.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** 2026-07-01 */
const FIRST = 1_782_864_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
  const options = { sqlite: `${folder.path}/usage.db` };
  const recording = startRecording(createStore(options), options);
  const add = (time: string, model: string, input: number, output: number, more: Partial<SettledCall> = {}) =>
    recording.sink.settle(
      callAt(`${time}Z`, {
        model,
        picoUsd: 1_000_000_000_000n,
        usage: { input: uncachedInput(input), output: textOutput(output), serverTools: {}, raw: undefined },
        ...more,
      }),
    );
  const anthropic = { provider: 'anthropic', priceList: 'anthropic' };
  add('2026-07-01T12:30', 'gpt-4.1-2025-04-14', 1000, 100);
  add('2026-07-01T14:30', 'gpt-4.1-2025-04-14', 1000, 100);
  add('2026-07-02T12:00', 'gpt-4.1-2025-04-14', 1000, 100);
  add('2026-07-02T12:00', 'text-embedding-3-small', 500, 0, { operation: 'embeddings' });
  add('2026-07-02T12:00', 'dall-e-3', 0, 0, {
    operation: 'generate_content',
    endpoint: '/images/generations',
  });
  add('2026-07-03T12:00', 'gpt-audio', 1000, 100);
  add('2026-07-01T12:00', 'claude-3-5-haiku-20241022', 155, 7, anthropic);
  await recording.shutdown();
});
after(() => folder[Symbol.asyncDispose]());

async function reconcile(content: string | object, ...args: string[]) {
  const file = `${folder.path}/export`;
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return tokenmeter(['report', 'reconcile', file, '--ledger', `${folder.path}/usage.db`, ...args]);
}

interface Line {
  readonly day: string;
  readonly model: string;
  readonly ledger: object;
  readonly provider: object;
  readonly difference: number;
}

async function compared(content: string | object): Promise<Line[]> {
  const { stdout, stderr } = await reconcile(content, '--json');
  assert.ok(stdout, stderr);
  return JSON.parse(stdout).compared;
}

/** What differs. */
async function differing(content: string | object) {
  const lines = await compared(content);
  return lines.filter(({ difference }) => difference > 0).map(({ day, model }) => `${day} ${model}`);
}

const page = (buckets: object[], hasMore = false) => ({ object: 'page', data: buckets, has_more: hasMore });
const bucket = (results: object[], start_time = FIRST, seconds = DAY) => ({
  object: 'bucket',
  start_time,
  end_time: start_time + seconds,
  results,
});
const usage = (model: string, input: number, output: number, requests: number, more: object = {}) => ({
  object: 'organization.usage.completions.result',
  input_tokens: input,
  output_tokens: output,
  num_model_requests: requests,
  model,
  ...more,
});
const cost = (line_item: string, value: number) => ({
  object: 'organization.costs.result',
  amount: { value, currency: 'usd' },
  line_item,
});
const firstDay = bucket([usage('gpt-4.1-2025-04-14', 2000, 200, 2)]);

test('no differences', async () => {
  const { code, stdout } = await reconcile(page([firstDay]));
  assert.match(stdout, /OpenAI usage of completions: no differences/);
  assert.equal(code, 0);
});

test('differences by day and model, and what one of the two does not have', async () => {
  const other = page([bucket([usage('gpt-4.1', 2000, 200, 4), usage('gpt-5', 10, 1, 1)])]);
  assert.equal((await reconcile(other)).code, 3);
  const lines = await compared(other);
  assert.deepEqual(
    lines.map(({ model, difference }) => [model, difference]),
    [
      ['gpt-4.1', 1 / 2],
      ['gpt-5', 1],
    ],
  );
});

test('a day whose bucket is empty is compared', async () => {
  assert.deepEqual(await differing(page([firstDay, bucket([], FIRST + DAY)])), [
    '2026-07-02 gpt-4.1-2025-04-14',
  ]);
  assert.deepEqual(await differing(page([firstDay, bucket([], FIRST + 10 * DAY)])), [
    '2026-07-02 gpt-4.1-2025-04-14',
    '2026-07-03 gpt-audio',
  ]);
});

test('a file of empty buckets says that nothing was used, and of nothing else', async () => {
  const day = { starting_at: '2026-07-01T00:00:00Z', ending_at: '2026-07-02T00:00:00Z', results: [] };
  for (const [content, model] of [
    [page([bucket([])]), 'gpt-4.1'],
    [{ data: [day], has_more: false }, 'claude-3-5-haiku'],
    [`start_time,end_time,start_time_iso,end_time_iso\n${FIRST},${FIRST + DAY},,\n`, 'gpt-4.1'],
  ] as const) {
    const { code, stdout, stderr } = await reconcile(content);
    assert.equal(code, 3);
    assert.match(stderr, /^warning: nothing was used in the file, so it does not say of what it is/);
    assert.match(stdout, new RegExp(`${model}.*\\n\\n.*1 of 1 days and models differ`));
  }
  const { code, stdout } = await reconcile(page([bucket([], FIRST - 9 * DAY)]));
  assert.match(stdout, /OpenAI: nothing was used, here neither/);
  assert.equal(code, 0);
});

test('only calls that an export is of are compared', async () => {
  const second = (...results: object[]) => page([bucket(results, FIRST + DAY)]);
  const embeddings = {
    object: 'organization.usage.embeddings.result',
    input_tokens: 500,
    num_model_requests: 1,
  };
  const images = { object: 'organization.usage.images.result', images: 3, num_model_requests: 1 };
  assert.deepEqual(await differing(second(usage('gpt-4.1', 1000, 100, 1))), []);
  assert.deepEqual(await differing(second({ ...embeddings, model: 'text-embedding-3-small' })), []);
  assert.deepEqual(await differing(second({ ...images, model: 'dall-e-3' })), []);
  assert.deepEqual(await differing(second({ ...images, model: 'dall-e-3', num_model_requests: 2 })), [
    '2026-07-02 dall-e-3',
  ]);
});

test('audio is in the tokens, or apart in exports that do not tell text apart', async () => {
  const third = (result: object) => page([bucket([result], FIRST + 2 * DAY)]);
  const audio = { input_audio_tokens: 400, output_audio_tokens: 60 };
  assert.deepEqual(await differing(third(usage('gpt-audio', 600, 40, 1, audio))), []);
  const text = { input_text_tokens: 600, output_text_tokens: 40 };
  assert.deepEqual(await differing(third(usage('gpt-audio', 1000, 100, 1, { ...audio, ...text }))), []);
});

test('buckets of hours are compared with their hours, by day', async () => {
  const hours = [
    bucket([usage('gpt-4.1', 1000, 100, 1)], FIRST + 12 * HOUR, HOUR),
    bucket([], FIRST + 13 * HOUR, HOUR),
  ];
  assert.deepEqual(await differing(page(hours)), []);
  const [line] = await compared(
    page([...hours, bucket([usage('gpt-4.1', 1000, 100, 1)], FIRST + 14 * HOUR, HOUR)]),
  );
  assert.deepEqual(line?.provider, { requests: 2, inputTokens: 2000, outputTokens: 200 });
});

test('costs, as JSON and as CSV', async () => {
  const costs = page([bucket([cost('gpt-4.1, input', 1.5), cost('gpt-4.1, output', 0.5)])]);
  assert.deepEqual(await differing(costs), []);
  const csv = [
    'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id',
    `${FIRST},${FIRST + DAY},2026-07-01T00:00:00+00:00,2026-07-02T00:00:00+00:00,2,usd,"gpt-4.1, input",`,
  ].join('\n');
  assert.deepEqual(await differing(csv), []);
});

test('a page of several is warned of, a list of all is none', async () => {
  const { stderr } = await reconcile(page([firstDay], true));
  assert.match(stderr, /^warning: there are more pages/);
  assert.equal((await reconcile([page([firstDay], true), page([bucket([], FIRST + 9 * DAY)])])).stderr, '');
});

test('a byte order mark is no part of JSON', async () => {
  assert.deepEqual(await differing(`\uFEFF${JSON.stringify(page([firstDay]))}`), []);
});

test("Anthropic's four forms are read, with the names that they have for models", async () => {
  const usageCsv =
    'usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,' +
    'usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,' +
    'usage_output_tokens,web_search_count,inference_geo,speed\n' +
    '2026-07-01,claude-3-5-haiku-20241022,key,Default,standard,≤ 200k,100,20,5,30,7,0,,\n';
  const costCsv =
    'usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type\n' +
    '2026-07-01,Claude Haiku 3.5,Default,key,message,≤ 200k,input_no_cache,1,1,token\n';
  const day = { starting_at: '2026-07-01T00:00:00Z', ending_at: '2026-07-02T00:00:00Z' };
  const json = (result: object) => ({ data: [{ ...day, results: [result] }], has_more: false });
  const usageJson = json({
    uncached_input_tokens: 100,
    cache_creation: { ephemeral_1h_input_tokens: 5, ephemeral_5m_input_tokens: 20 },
    cache_read_input_tokens: 30,
    output_tokens: 7,
    model: 'claude-3-5-haiku-20241022',
  });
  const item = { currency: 'USD', amount: '100', cost_type: 'tokens' };
  const costJson = json({ ...item, model: 'claude-3-5-haiku-20241022' });
  const described = json({ ...item, model: null, description: 'Claude Haiku 3.5 Usage - Input Tokens' });
  for (const content of [usageCsv, costCsv, usageJson, costJson, described]) {
    const lines = await compared(content);
    assert.deepEqual(
      lines.map(({ difference }) => difference),
      [0],
    );
  }
});

for (const [what, content, message] of [
  ['something else', 'a,b\n1,2\n', /^error: the file is none that is known/],
  ['broken JSON', '{"data": [', /^error: the file is no JSON/],
  ['JSON of something else', '{"data": [{"results": [{"x": 1}]}]}', /^error: the file is none that is known/],
  ['nothing', '', /^error: the file is none that is known/],
  ['a table without lines', 'start_time,input_tokens,output_tokens\n', /^error: .* no days in the file/],
  [
    'a time that is none',
    page([{ ...firstDay, start_time: 1e20 }]),
    /^error: .* has a line whose time cannot be read/,
  ],
  [
    'usage that calls do not have',
    page([bucket([{ object: 'organization.usage.vector_stores.result', usage_bytes: 1 }])]),
    /^error: .* of OpenAI, these are costs, and usage of completions,/,
  ],
  [
    'usage together with costs',
    [page([firstDay]), page([bucket([cost('gpt-4.1, input', 2)])])],
    /^error: the file has OpenAI usage of completions and OpenAI costs in it: compare them one by one/,
  ],
] as const) {
  test(`${what} is an error`, async () => {
    const { code, stderr } = await reconcile(content);
    assert.match(stderr, message);
    assert.equal(code, 1);
  });
}
