import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withUsageContext } from '../src/index.ts';
import { GPT, hello, metered } from './support/setup.ts';

const requests = 'tokenmeter.requests';

describe('who a call is for', () => {
  const setup = metered({
    user: ({ params }) => {
      const { messages } = params as { messages?: typeof hello };
      if (messages?.[0]?.content === 'throw') throw new Error('resolver');
      return messages?.[0]?.content === 'resolve' ? { user: 'resolved', team: 'resolved team' } : undefined;
    },
  });
  const chat = (content = 'Hello', more: object = {}) =>
    setup.openai.chat.completions.create({ model: GPT, messages: [{ role: 'user', content }], ...more });

  test('withUsageContext holds across awaits, and inner contexts add to outer ones', async () => {
    const result = await withUsageContext({ user: 'ann', team: 'search' }, async () => {
      await delay(1);
      await chat();
      await withUsageContext({ feature: 'autocomplete' }, () => chat());
      return 'result';
    });
    assert.equal(result, 'result');
    const { meter } = setup;
    assert.equal(await meter.sum(requests, { 'user.id': 'ann', team: 'search' }), 2);
    assert.equal(await meter.sum(requests, { 'user.id': 'ann', feature: 'autocomplete' }), 1);
    assert.equal(await meter.sum('tokenmeter.cost.usd', { 'user.id': 'ann' }), 0.0036);
  });

  test('parallel calls do not mix', async () => {
    const users = Array.from({ length: 20 }, (_, n) => `parallel-${n}`);
    await Promise.all(users.map((user) => withUsageContext({ user }, () => chat())));
    for (const user of users) assert.equal(await setup.meter.sum(requests, { 'user.id': user }), 1);
  });

  test('a stream counts for the one who asked for it, wherever it is read', async () => {
    const stream = await withUsageContext({ user: 'asker' }, () =>
      setup.openai.chat.completions.create({ model: GPT, messages: hello, stream: true }),
    );
    await withUsageContext({ user: 'reader' }, async () => {
      for await (const _ of stream);
    });
    assert.equal(await setup.meter.sum(requests, { 'user.id': 'asker' }), 1);
    assert.equal(await setup.meter.sum(requests, { 'user.id': 'reader' }), 0);
  });

  test('the order: context, resolver, request', async () => {
    const { meter } = setup;
    await withUsageContext({ user: 'context' }, () => chat('resolve', { user: 'request' }));
    assert.equal(await meter.sum(requests, { 'user.id': 'context' }), 1);
    await chat('resolve', { user: 'request' });
    assert.equal(await meter.sum(requests, { 'user.id': 'resolved', team: 'resolved team' }), 1);
    await chat('Hello', { user: 'request' });
    await chat('Hello', { user: 'other', safety_identifier: 'request' });
    await chat('Hello', { metadata: { user_id: 'request' } });
    await setup.anthropic.messages.create({
      model: 'claude-sonnet-5',
      max_tokens: 9,
      messages: hello,
      metadata: { user_id: 'request' },
    });
    assert.equal(await meter.sum(requests, { 'user.id': 'request' }), 4);
  });

  test('a context without a user leaves the user to the others', async () => {
    await withUsageContext({ team: 'billing' }, () => chat('Hello', { user: 'bob' }));
    await withUsageContext({ team: 'mine' }, () => chat('resolve'));
    const { meter } = setup;
    assert.equal(await meter.sum(requests, { 'user.id': 'bob', team: 'billing' }), 1);
    assert.equal(await meter.sum(requests, { 'user.id': 'resolved', team: 'mine' }), 1);
  });

  test('a resolver that throws harms nobody', async () => {
    const { choices } = await chat('throw', { user: 'carl' });
    assert.equal(choices.length, 1);
    assert.equal(await setup.meter.sum(requests, { 'user.id': 'carl' }), 1);
  });

  test('the user id is sent nowhere', async () => {
    await withUsageContext({ user: 'secret-user' }, () => chat());
    const { headers, rawBody } = setup.server.requests.at(-1) ?? assert.fail();
    assert.doesNotMatch(JSON.stringify(headers) + rawBody, /secret-user/);
  });
});
