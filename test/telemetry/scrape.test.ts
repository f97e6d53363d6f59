import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { get } from 'node:http';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import {
  startTokenmeter,
  type Tokenmeter,
  type TokenmeterConfig,
  withUsageContext,
} from '../../src/index.ts';
import { requirement } from '../support/requirement.ts';
import { look, scrape } from '../support/scrape.ts';

const openai = new OpenAI({
  apiKey: 'test',
  fetch: async () =>
    Response.json({
      model: 'gpt-4.1',
      usage: { prompt_tokens: 1000, completion_tokens: 0, total_tokens: 1000 },
    }),
});
const call = (user?: string) =>
  openai.chat.completions.create({
    model: 'gpt-4.1',
    messages: [{ role: 'user', content: 'Hello' }],
    ...(user !== undefined && { user }),
  });

/** A meter of its own for each test; one at a time, as they meter the same class. */
async function started(
  config: TokenmeterConfig = {},
): Promise<{ meter: Tokenmeter; url: string } & AsyncDisposable> {
  const meter = startTokenmeter({ ...config, prometheus: { port: 0, ...(config.prometheus || {}) } });
  meter.instrumentation.manuallyInstrument(OpenAI);
  const url = (await meter.metricsUrl) ?? assert.fail();
  return { meter, url, [Symbol.asyncDispose]: () => meter.shutdown() };
}

const costs = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^tokenmeter_cost_usd_total\{(?:user_id="((?:[^"\\]|\\.)*)",)?.*\} (\S+)$/gm)].map(
      ([, user = '', value]) => [user, Number(value)],
    ),
  );

describe('a scrape', () => {
  test('shows a new series as 0 twice, then its value', async () => {
    await using served = await started();
    await call('ann');
    const seen: unknown[] = [];
    for (let n = 0; n < 4; n++) seen.push(costs(await scrape(served.url)).ann);
    assert.deepEqual(seen, [0, 0, 0.002, 0.002]);
  });

  test('zeroFirst: never shows it at once', async () => {
    await using served = await started({ zeroFirst: 'never' });
    await call('ann');
    assert.deepEqual(costs(await scrape(served.url)), { ann: 0.002 });
  });

  test('with ?zero_first=false shows what is there, and does not count as one', async () => {
    await using served = await started();
    await call('ann');
    for (let n = 0; n < 3; n++) assert.deepEqual(costs(await look(served.url)), { ann: 0.002 });
    assert.deepEqual(costs(await scrape(served.url)), { ann: 0 });
  });

  test('of another program counts for that program alone', async () => {
    await using served = await started();
    const as = async (agent: string) =>
      costs(await (await fetch(served.url, { headers: { 'user-agent': agent } })).text()).ann;
    await call('ann');
    const seen = [await as('first'), await as('second'), await as('first'), await as('second')];
    assert.deepEqual(seen, [0, 0, 0, 0]);
    assert.deepEqual([await as('first'), await as('second')], [0.002, 0.002]);
    assert.equal(await as('third'), 0.002, 'what is no news to others does not grow from 0 again');
  });

  test('that is cut off does not count', async () => {
    await using served = await started();
    for (let n = 0; n < 900; n++) await call(`a user with a long name, so that it takes many pieces ${n}`);
    for (let n = 0; n < 3; n++) await cutOff(served.url);
    const first = costs(await scrape(served.url));
    assert.equal(Object.keys(first).length, 900);
    assert.ok(Object.values(first).every((value) => value === 0));
  });

  test('is valid, whatever the users are called', async (t) => {
    const promtool = requirement('promtool', 'prometheus');
    if (promtool.missing) return t.skip(promtool.missing);
    await using served = await started();
    for (const user of HOSTILE) {
      await withUsageContext({ user, team: user, feature: user }, () => call(user));
      await call(user);
    }
    const text = await look(served.url);
    assert.ok(text.length < 200_000, 'long ones are cut');
    // Anything else than the lines that we mean would be a line of its own.
    for (const line of text.split('\n')) assert.match(line, /^(#.*|[a-z_]+(\{.*\})? \S+|)$/);
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.doesNotMatch(stdout + stderr, /error|invalid|expected/i);
    assert.equal(Buffer.from(text).toString(), text, 'valid UTF-8');
  });

  test('of 3,000 users names 1,000, and loses nothing', async () => {
    await using served = await started();
    for (let n = 0; n < 3000; n++) await call(`user-${n}`);
    const text = await look(served.url);
    const seen = costs(text);
    assert.equal(Object.keys(seen).length, 1001);
    assert.equal(Math.round((seen.__other__ ?? 0) * 1000), 4000);
    assert.match(text, /^tokenmeter_overflow_requests_total\{limit="users"\} 2000$/m);
    assert.doesNotMatch(text, /otel_metric_overflow/);
  });

  test('price table metrics are there before the first call', async () => {
    await using served = await started();
    assert.match(await scrape(served.url), /^tokenmeter_price_table_age_seconds \d/m);
  });
});

describe('shutdown', () => {
  test('with drainSeconds waits until what is left was scraped', async () => {
    const { meter, url } = await started({ prometheus: { drainSeconds: 60 } });
    await scrape(url);
    await call('ann');
    let ended = false;
    const end = meter.shutdown().then(() => {
      ended = true;
    });
    const seen: unknown[] = [];
    while (!ended) {
      seen.push(
        await scrape(url).then(
          (text) => costs(text).ann,
          () => 'closed',
        ),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    await end;
    assert.deepEqual(seen.slice(0, 3), [0, 0, 0.002]);
  });

  test('waits no longer than that, when nobody scrapes', async () => {
    const { meter } = await started({ prometheus: { drainSeconds: 0.01 } });
    await call('ann');
    await meter.shutdown();
  });
});

describe('how users are shown', () => {
  const shown = async (config: TokenmeterConfig, user: string) => {
    await using served = await started(config);
    await call(user);
    return Object.keys(costs(await look(served.url)))[0];
  };

  test('hash: the same everywhere, another one with another salt', async () => {
    const hashed = (salt: string) => shown({ user: { label: 'hash', salt } }, 'ann@example.com');
    const one = await hashed('a salt of enough characters');
    // printf ann@example.com | openssl dgst -sha256 -hmac 'a salt of enough characters' | cut -c-16
    assert.match(one ?? '', /^[0-9a-f]{16}$/);
    assert.equal(await hashed('a salt of enough characters'), one);
    assert.notEqual(await hashed('another salt, long enough'), one);
  });

  test('off: nobody is named', async () => {
    assert.equal(await shown({ user: { label: 'off' } }, 'ann'), '');
  });

  test('map: another name, or none', async () => {
    const map = (user: string) => (user.startsWith('u_') ? user.slice(2) : undefined);
    assert.equal(await shown({ user: { map } }, 'u_42'), '42');
    assert.equal(await shown({ user: { map } }, 'ann@example.com'), '');
  });

  test('map that throws: none, rather than the id as it is', async () => {
    const map = () => {
      throw new Error('down');
    };
    assert.equal(await shown({ user: { map } }, 'ann@example.com'), '');
  });

  test('resolve, and the long form of user', async () => {
    assert.equal(await shown({ user: { resolve: () => 'bob' } }, 'ann'), 'bob');
  });
});

const HOSTILE = [
  'plain',
  'quote " and \\ backslash \\n',
  'line\nbreak\r\nand\u2028another',
  'nul\0 and \u0007 bell and \u009b',
  'half a pair \ud83d',
  '\udc00 the other half',
  `${'x'.repeat(255)}😀`,
  'x'.repeat(1_000_000),
  'tokenmeter_cost_usd_total{user_id="mallory"} 1e9',
  '} 5\n# HELP x',
  '__proto__',
  'constructor',
  '__other__',
  ' ',
  '🙂',
];

/** Takes the first piece of an answer and hangs up. */
function cutOff(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { 'user-agent': 'node' } }, (response) => {
      response.once('data', () => response.destroy());
      response.once('close', () => resolve());
    });
    request.once('error', reject);
  });
}
