import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withUsageContext } from '../../src/index.ts';
import { GPT, hello, metered } from '../support/setup.ts';

describe('user ids that are no proper text', () => {
  let answer: unknown;
  const setup = metered({ user: () => answer as never });
  const call = (more: object = {}) =>
    setup.openai.chat.completions.create({ model: GPT, messages: hello, ...more });
  const count = (user: string) => setup.meter.sum('tokenmeter.requests', { 'user.id': user });

  test('an empty user and no user are one series, and no call is lost', async () => {
    await call();
    await withUsageContext({ user: '' }, () => call());
    await withUsageContext({ user: undefined as never, team: null as never }, () => call());
    assert.equal(await setup.meter.sum('tokenmeter.requests'), 3);
  });

  test('a number is an id', async () => {
    await withUsageContext({ user: 7 as never }, () => call());
    assert.equal(await count('7'), 1);
  });

  test('an undefined member leaves the outer context', async () => {
    const inner = { user: undefined as never, feature: 'f' };
    await withUsageContext({ user: 'outer' }, () => withUsageContext(inner, () => call()));
    assert.equal(await count('outer'), 1);
  });

  test('an async resolver that rejects does not end the process, and the request speaks', async () => {
    answer = Promise.reject(new Error('db down'));
    await call({ user: 'fallback' });
    answer = undefined;
    assert.equal(await count('fallback'), 1);
  });

  test('an id of 1 MB is cut, and two such ids that begin alike are one series', async () => {
    const long = 'x'.repeat(1_000_000);
    await withUsageContext({ user: `${long}1` }, () => call());
    await withUsageContext({ user: `${long}2` }, () => call());
    assert.equal(await count('x'.repeat(256)), 2);
  });
});
