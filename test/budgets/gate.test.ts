import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import {
  BudgetExceededError,
  startTokenmeter,
  type Tokenmeter,
  type TokenmeterConfig,
  withUsageContext,
} from '../../src/index.ts';
import { type Provider, startProvider } from '../provider/server.ts';
import { look } from '../support/scrape.ts';
import { hello } from '../support/setup.ts';

// 0.0018 dollars, of at most 0.0032 for the answer and a little for the prompt.
const GPT = 'gpt-4.1@in=1000,cached=400,out=50';
const BACKGROUND = 'gpt-5@in=90,cached=40,out=30,polls=2';
const DEPLOYMENTS = { [GPT]: 'gpt-4.1', [BACKGROUND]: 'gpt-5', 'gpt-4.1@status=400': 'gpt-4.1' };

describe('budgets', () => {
  let server: Provider;
  let openai: OpenAI;
  let anthropic: Anthropic;
  before(async () => {
    server = await startProvider();
    openai = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl, maxRetries: 2 });
    anthropic = new Anthropic({ apiKey: 'test', baseURL: server.anthropicUrl, maxRetries: 2 });
  });
  after(() => server.close());

  function metered(
    budgets: TokenmeterConfig['budgets'],
  ): Tokenmeter & AsyncDisposable & { text(): Promise<string> } {
    const meter = startTokenmeter({ budgets, deployments: DEPLOYMENTS, prometheus: { port: 0 } });
    for (const sdk of [OpenAI, Anthropic]) meter.instrumentation.manuallyInstrument(sdk);
    return Object.assign(meter, {
      text: async () => look((await meter.metricsUrl) ?? ''),
      [Symbol.asyncDispose]: () => meter.shutdown(),
    });
  }
  const request = (user: string) => ({
    model: GPT,
    messages: hello,
    user,
    max_tokens: 400,
    service_tier: 'default' as const,
  });
  const ask = (user: string, more: object = {}) =>
    openai.chat.completions.create({ ...request(user), ...more });
  const stream = (user: string) => openai.chat.completions.create({ ...request(user), stream: true });

  test('a call that does not fit is refused, as the SDK refuses, and nothing is sent', async () => {
    await using meter = metered([
      { name: 'day', limitUsd: 0.004, period: 'day', per: ['user'], action: 'block' },
    ]);
    await ask('ann');
    const sent = server.requests.length;
    const promise = ask('ann');
    assert.equal(typeof promise.asResponse, 'function', "the SDK's own promise");
    const error = await promise.then(
      () => assert.fail('it was made'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BudgetExceededError);
    assert.equal(server.requests.length, sent, 'not even once');
    const { budget, scope, limit, spent, reserved, unit } = error;
    assert.deepEqual(
      { budget, scope, limit, spent, reserved, unit },
      {
        budget: 'day',
        scope: { user: 'ann' },
        limit: 0.004,
        spent: 0.0018,
        reserved: 0,
        unit: 'usd',
      },
    );
    assert.match(
      error.message,
      /^Budget "day" of user ann is exceeded: limit \$0\.004000, spent \$0\.001800, reserved \$0\.00; the call may take \$0\.00\d+ more\. It begins anew at \d{4}-\d\d-\d\dT00:00:00\.000Z\.$/,
    );
    await ask('bob');
    const text = await meter.text();
    assert.match(text, /^tokenmeter_requests_total\{user_id="ann".*outcome="blocked"\} 1$/m);
    assert.match(text, /^tokenmeter_budget_blocked_requests_total\{budget="day",user_id="ann"\} 1$/m);
    assert.doesNotMatch(text, /^tokenmeter_unmetered_requests_total/m);
  });

  for (const [what, call] of [
    ['a stream', () => stream('ann')],
    ['withResponse()', () => ask('ann').withResponse()],
    ['asResponse()', () => ask('ann').asResponse()],
    ['parse()', () => openai.chat.completions.parse({ model: GPT, messages: hello })],
    [
      'the stream helper',
      () => openai.chat.completions.stream({ model: GPT, messages: hello }).finalMessage(),
    ],
    ['responses', () => openai.responses.create({ model: GPT, input: 'Hello' })],
    ['embeddings', () => openai.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' })],
    ['images', () => openai.images.generate({ model: 'gpt-image-1', prompt: 'A cat' })],
    [
      'messages',
      () => anthropic.messages.create({ model: 'claude-sonnet-5', max_tokens: 9, messages: hello }),
    ],
    [
      'the stream of messages',
      () =>
        anthropic.messages
          .stream({ model: 'claude-sonnet-5', max_tokens: 9, messages: hello })
          .finalMessage(),
    ],
    [
      'a request of its own',
      () => openai.post('/chat/completions', { body: { model: GPT, messages: hello } }),
    ],
  ] as const) {
    test(`a limit of 0 refuses ${what}`, async () => {
      await using meter = metered([{ name: 'none', limitUsd: 0, period: 'month', action: 'block' }]);
      const sent = server.requests.length;
      await assert.rejects(Promise.resolve(call()), (error) => {
        // The helpers of the SDKs put what went wrong into an error of theirs.
        const cause = error instanceof BudgetExceededError ? error : (error as Error).cause;
        return cause instanceof BudgetExceededError && cause.budget === 'none';
      });
      assert.equal(server.requests.length, sent);
      assert.equal(meter.instrumentation.openCalls, 0);
    });
  }

  test('a refused call rejects with the error itself', async () => {
    await using _ = metered([{ name: 'none', limitUsd: 0, period: 'month', action: 'block' }]);
    await assert.rejects(ask('ann'), BudgetExceededError);
  });

  test('several budgets: all have to have room, the tightest is named', async () => {
    await using meter = metered([
      { name: 'all', limitUsd: 100, period: 'month', action: 'block' },
      { name: 'team', limitUsd: 0.001, period: 'day', per: ['team'], match: { team: 's*' }, action: 'block' },
      {
        name: 'requests',
        limitRequests: 1,
        period: 'hour',
        match: { user: ['eve', 'mallory'] },
        action: 'block',
      },
    ]);
    const refused = async (context: object) => {
      try {
        await withUsageContext(context, () => ask('x'));
        return undefined;
      } catch (error) {
        return (error as BudgetExceededError).budget;
      }
    };
    assert.equal(await refused({ team: 'search' }), 'team');
    assert.equal(await refused({ team: 'other' }), undefined);
    assert.equal(await refused({ user: 'eve' }), undefined);
    assert.equal(await refused({ user: 'mallory' }), 'requests');
    const [all] = await meter.budgets.status();
    assert.equal(all?.spent, 0.0036);
    assert.equal(all?.reserved, 0);
  });

  test('budgets that alert refuse nothing; thresholds are told of once', async () => {
    const events: unknown[] = [];
    await using meter = metered({
      budgets: [{ name: 'watch', limitUsd: 0.003, period: 'month', per: ['user'] }],
      onThreshold: ({ budget, scope, threshold, spent }) => events.push({ budget, scope, threshold, spent }),
    });
    for (let n = 0; n < 4; n++) await ask('ann');
    await new Promise((resolve) => setImmediate(resolve));
    const scope = { user: 'ann' };
    assert.deepEqual(events, [
      { budget: 'watch', scope, threshold: 0.5, spent: 0.0018 },
      { budget: 'watch', scope, threshold: 0.8, spent: 0.0036 },
      { budget: 'watch', scope, threshold: 1, spent: 0.0036 },
    ]);
    assert.match(
      await meter.text(),
      /^tokenmeter_budget_threshold_crossings_total\{budget="watch",threshold="1"\} 1$/m,
    );
  });

  test('a callback that throws, or never ends, harms nobody', async () => {
    let told = 0;
    await using _ = metered({
      budgets: [
        { name: 'a', limitUsd: 0.001, period: 'month' },
        { name: 'b', limitUsd: 0.001, period: 'month' },
      ],
      onThreshold: () => {
        told++;
        if (told % 2 === 0) throw new Error('pager is down');
        return new Promise(() => {});
      },
    });
    await ask('ann');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(told, 6);
  });

  test('what is set aside is free again, however a call ends', async () => {
    await using meter = metered([{ name: 'all', limitUsd: 1, period: 'month', action: 'block' }]);
    const status = async () => (await meter.budgets.status())[0] ?? assert.fail();
    const endings: (() => Promise<unknown>)[] = [
      () => ask('ok'),
      () => ask('error', { model: 'gpt-4.1@status=400' }).catch(() => {}),
      async () => {
        for await (const _ of await stream('break')) break;
      },
      async () => {
        const cut = await stream('abort');
        cut.controller.abort();
        for await (const _ of cut);
      },
      () =>
        openai.chat.completions
          .create({ model: GPT, messages: hello }, { signal: AbortSignal.abort() })
          .catch(() => {}),
      async () => (await ask('raw').asResponse()).json(),
      async () => {
        await assert.rejects(async () => {
          for await (const _ of await stream('throw')) throw new Error('mine');
        });
      },
    ];
    for (const end of endings) {
      await end();
      assert.equal((await status()).reserved, 0, String(end));
    }
    const held = await stream('never read');
    assert.ok((await status()).reserved > 0);
    meter.instrumentation.settleOpenCalls();
    assert.equal((await status()).reserved, 0);
    assert.ok(held);
    const costs = [...(await meter.text()).matchAll(/^tokenmeter_cost_usd_total\{.*\} (\S+)$/gm)];
    const sum = costs.reduce((total, [, usd]) => total + Math.round(Number(usd) * 1e9), 0);
    assert.equal(Math.round((await status()).spent * 1e9), sum, 'spent is what is on the counters');
  });

  test('of a background response it stays set aside until its result is retrieved', async () => {
    await using meter = metered([{ name: 'all', limitUsd: 0.01, period: 'month', action: 'block' }]);
    const status = async () => (await meter.budgets.status())[0] ?? assert.fail();
    const ask = () =>
      openai.responses.create({
        model: BACKGROUND,
        input: 'Hello',
        background: true,
        max_output_tokens: 500,
        service_tier: 'default',
      });
    const { id } = await ask();
    assert.ok((await status()).reserved > 0.004);
    await assert.rejects(ask(), BudgetExceededError);
    for (let poll = 0; poll < 3; poll++) await openai.responses.retrieve(id);
    const { spent, reserved } = await status();
    assert.equal(reserved, 0);
    assert.ok(spent > 0 && spent < 0.001);
    const again = await ask();
    assert.ok(again.id !== id);
  });

  test('status, for an app to show: of a user, and what all share', async () => {
    await using meter = metered([
      {
        name: 'user',
        limitUsd: 0.01,
        period: 'day',
        per: ['user'],
        action: 'block',
        overrides: { vip: { limitUsd: 5 } },
      },
      { name: 'all', limitTokens: 1_000_000, period: { rollingSeconds: 3600 } },
      { name: 'unlimited', limitUsd: null, period: 'month', per: ['user'] },
    ]);
    await ask('ann');
    const status = await meter.budgets.status({ user: 'ann' });
    assert.deepEqual(JSON.parse(JSON.stringify(status)), status, 'safe as JSON');
    const [user, all, unlimited] = status;
    assert.deepEqual(
      { ...user, resetsAt: '' },
      {
        budget: 'user',
        scope: { user: 'ann' },
        unit: 'usd',
        limit: 0.01,
        spent: 0.0018,
        reserved: 0,
        remaining: 0.0082,
        resetsAt: '',
        action: 'block',
      },
    );
    assert.deepEqual([all?.unit, all?.spent, all?.remaining], ['tokens', 1050, 998_950]);
    assert.deepEqual([unlimited?.limit, unlimited?.spent, unlimited?.remaining], [null, 0.0018, null]);
    assert.equal((await meter.budgets.status({ user: 'vip' }))[0]?.limit, 5);
    assert.deepEqual(
      (await meter.budgets.status()).map(({ budget }) => budget),
      ['all'],
    );
  });

  test('gauges show limit, spent, reset and period of each scope', async () => {
    await using meter = metered([
      { name: 'user', limitUsd: 5, period: 'day', per: ['user'] },
      { name: 'all', limitUsd: 50, period: 'month' },
    ]);
    const before = await meter.text();
    assert.match(
      before,
      /^tokenmeter_budget_spent_usd\{budget="all"\} 0$/m,
      'there before anything is spent',
    );
    await ask('ann');
    const text = await meter.text();
    for (const line of [
      'tokenmeter_budget_limit_usd{budget="user",user_id="ann"} 5',
      'tokenmeter_budget_spent_usd{budget="user",user_id="ann"} 0.0018',
      'tokenmeter_budget_limit_usd{budget="all"} 50',
      'tokenmeter_budget_spent_usd{budget="all"} 0.0018',
      'tokenmeter_budget_period_seconds{budget="user",user_id="ann"} 86400',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), `${line} is not in\n${text}`);
    }
    assert.match(text, /^tokenmeter_budget_reset_timestamp\{budget="all"\} \d{10}$/m);
  });

  test('a call without a known price: let through and counted, or refused', async () => {
    const budget = { name: 'day', limitUsd: 1, period: 'day', action: 'block' } as const;
    {
      await using meter = metered([budget]);
      await ask('ann', { model: 'llama-9' });
      assert.match(await meter.text(), /^tokenmeter_budget_unpriced_requests_total\{budget="day"\} 1$/m);
    }
    await using _ = metered([{ ...budget, unpriced: 'block' }]);
    await assert.rejects(ask('ann', { model: 'llama-9' }), /the price of the call is not known/);
  });

  test('reserve: average learns what calls really cost, and refuses later', async () => {
    const run = async (reserve: 'maximum' | 'average') => {
      await using _ = metered([{ name: 'x', limitUsd: 0.02, period: 'day', action: 'block', reserve }]);
      const calls = Array.from({ length: 20 }, () =>
        ask('ann', { max_tokens: 2000 }).then(
          () => 1,
          () => 0,
        ),
      );
      return (await Promise.all(calls)).reduce<number>((sum, one) => sum + one, 0);
    };
    const [maximum, average] = [await run('maximum'), await run('average')];
    assert.ok(average > maximum, `${average} > ${maximum}`);
  });

  test('an error in budgets stops the start, and nothing is left behind', async () => {
    assert.throws(
      () => metered([{ name: 'x', limitUsd: -1, period: 'day' }]),
      /option budgets\.0\.limitUsd: got -1, expected a number from 0 up/,
    );
    assert.throws(() => metered('/nowhere/budgets.yaml'), /budgets: \/nowhere\/budgets\.yaml cannot be read/);
  });
});
