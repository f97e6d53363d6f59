import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyOf, keyOfOverride, matcherOf } from '../../src/budgets/match.ts';

const matches = (model: string | string[], value: string) =>
  matcherOf({ name: 'a', period: 'day', match: { model } })({ model: value });

describe('what a budget is about', () => {
  for (const [pattern, yes, no] of [
    ['gpt-4.1', ['gpt-4.1'], ['gpt-4x1', 'gpt-4.1-mini', 'a gpt-4.1', '']],
    ['gpt-*', ['gpt-', 'gpt-4', 'gpt-4\n5'], ['gpt', 'a gpt-4']],
    ['*-mini', ['-mini', 'gpt-mini', 'a-mini-mini'], ['gpt-mini-2']],
    ['*mini*', ['mini', 'gpt-mini-2'], ['min']],
    ['aba*aba', ['abaaba', 'aba-aba'], ['aba', 'ababa']],
    ['a*b*c', ['abc', 'a-b-b-c', 'abcbc'], ['acb', 'ac', 'abcd']],
    ['a*bc*c', ['abcc', 'abcbcc'], ['abc']],
    ['*a*a*', ['aa', 'banana'], ['a']],
    ['*', ['', 'anything'], []],
    ['**', ['', 'anything'], []],
    ['(a|b)+[c]*', ['(a|b)+[c]', '(a|b)+[c]d'], ['ac', 'aac']],
  ] as const) {
    test(pattern, () => {
      for (const value of yes) assert.ok(matches(pattern, value), value);
      for (const value of no) assert.ok(!matches(pattern, value), value);
    });
  }

  test('any of a list', () => {
    assert.ok(matches(['a', 'b*'], 'bc'));
    assert.ok(!matches(['a', 'b*'], 'ac'));
  });

  test('as a regular expression would have it', () => {
    const letters = ['a', 'b', '*'];
    const words = (length: number): string[] =>
      length === 0 ? [''] : words(length - 1).flatMap((word) => letters.map((letter) => word + letter));
    const values = [1, 2, 3, 4].flatMap(words).filter((word) => !word.includes('*'));
    for (const pattern of [1, 2, 3, 4, 5].flatMap(words)) {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      for (const value of values) {
        assert.equal(matches(pattern, value), expression.test(value), `${pattern} of ${value}`);
      }
    }
  });

  test('a long name takes no time', () => {
    const before = performance.now();
    for (const part of ['gpt', 'gptmini', 'mini']) {
      assert.ok(!matches('gpt*mini*x', `gpt${part.repeat(80_000 / part.length)}`));
      assert.ok(!matches('*g*p*t*m*i*n*i*x', part.repeat(80_000 / part.length)));
    }
    assert.ok(performance.now() - before < 100);
  });
});

test('an override names a scope', () => {
  const per = ['team', 'model'] as const;
  const named = (name: string) => keyOfOverride(per, name);
  assert.equal(named('search/gpt-4.1'), keyOf(per, { team: 'search', model: 'gpt-4.1' }));
  assert.equal(named('search/org%2Fmodel'), keyOf(per, { team: 'search', model: 'org/model' }));
  assert.equal(named('50%/a%252Fb'), keyOf(per, { team: '50%', model: 'a%2Fb' }));
  assert.equal(keyOfOverride(['model'], 'org/model'), keyOf(['model'], { model: 'org/model' }));
  assert.equal(keyOfOverride(['model'], 'org%2Fmodel'), keyOf(['model'], { model: 'org%2Fmodel' }));
});
