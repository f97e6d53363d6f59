import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseBudgets, readBudgetFile } from '../../src/budgets/file.ts';
import { ConfigError } from '../../src/index.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const problems = (text: string): readonly string[] => {
  try {
    parseBudgets(text, 'b.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  assert.fail('it was taken');
};

describe('a file of budgets', () => {
  test('as YAML', () => {
    const budgets = parseBudgets(
      `
# What we may spend
budgets:
  - name: team month
    limitUsd: 500
    period: month
    timeZone: Europe/Berlin
    per: [team]
    action: block
    thresholds: [0.8, 1]
    overrides:
      search: { limitUsd: 900 }
  - { name: tokens, limitTokens: 1000000, period: { rollingSeconds: 3600 }, match: { model: 'gpt-*' } }
`,
      'b.yaml',
    );
    assert.deepEqual(
      budgets.map(({ name }) => name),
      ['team month', 'tokens'],
    );
    assert.deepEqual(budgets[0]?.overrides, { search: { limitUsd: 900 } });
  });

  test('as JSON', () => {
    const json = JSON.stringify({ budgets: [{ name: 'a', limitUsd: 1, period: 'day' }] });
    assert.deepEqual(parseBudgets(json, 'b.json'), [{ name: 'a', limitUsd: 1, period: 'day' }]);
  });

  test('every problem is named, with its place', () => {
    const text = `budgets:
  - name: a
    limitUsd: -1
    period: fortnight
    timeZone: Mars/Olympus
  - name: a
    limitUsd: 1
    limitTokens: 2
    period: day
    colour: red
    per: [user, user]
  - name: c
    period: day
    overrides:
      u_42: { limitUsd: 5 }
  - name: d
    period: day
    per: [user, model]
    limitTokens: 5
    overrides:
      u_42: { limitTokens: 5 }
      u_42/gpt-4.1: { limitUsd: 5 }
`;
    assert.deepEqual(problems(text), [
      'b.yaml:3:5: budgets.0.limitUsd: got -1, expected a number from 0 up, or null for no limit',
      'b.yaml:4:5: budgets.0.period: got "fortnight", expected hour, day, week, month, or { rollingSeconds }',
      'b.yaml:5:5: budgets.0.timeZone: got "Mars/Olympus", expected an IANA time zone such as Europe/Berlin',
      'b.yaml:11:5: budgets.1.per: got a list, expected each only once',
      'b.yaml:10:5: budgets.1.colour: no such option',
      'b.yaml:15:7: budgets.2.overrides.u_42: got [object Object], expected no override: the budget has one scope, "per" is empty',
      'b.yaml:21:7: budgets.3.overrides.u_42: got [object Object], expected a scope of user/model',
      'b.yaml:22:23: budgets.3.overrides.u_42/gpt-4.1.limitUsd: got 5, expected limitTokens, as the budget itself',
    ]);
    const repaired = text
      .replace('-1', '1')
      .replace('fortnight', 'day')
      .replace('Mars/Olympus', 'UTC')
      .replace('    colour: red\n', '')
      .replace('[user, user]', '[user]');
    assert.deepEqual(problems(repaired), [
      'b.yaml:8:5: budgets.1.limitTokens: got 2, expected one limit, not limitUsd and limitTokens',
      'b.yaml:14:7: budgets.2.overrides.u_42: got [object Object], expected no override: the budget has one scope, "per" is empty',
      'b.yaml:20:7: budgets.3.overrides.u_42: got [object Object], expected a scope of user/model',
      'b.yaml:21:23: budgets.3.overrides.u_42/gpt-4.1.limitUsd: got 5, expected limitTokens, as the budget itself',
      'b.yaml:6:5: budgets.1.name: got "a", expected a name that no other budget has',
    ]);
    const twoOfOneName = 'budgets:\n  - { name: a, period: day }\n  - { name: a, period: day }\n';
    assert.deepEqual(problems(twoOfOneName), [
      'b.yaml:3:7: budgets.1.name: got "a", expected a name that no other budget has',
    ]);
  });

  for (const [what, text, problem] of [
    ['what is no YAML', 'budgets: [', /^b\.yaml:1:1\d: /],
    ['a name that stands twice', 'budgets: []\nbudgets: []', /^b\.yaml:2:1: Map keys must be unique/],
    ['an empty file', '', /expected an object/],
    ['something else', '5', /expected an object/],
    [
      'many references to one thing',
      `a: &a [x,x]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]`,
      /b\.yaml: Excessive alias count/,
    ],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.match(problems(text)[0] ?? '', problem);
    });
  }

  test('a file that is not there, and a folder', async () => {
    await using folder = await temporaryFolder();
    assert.throws(
      () => readBudgetFile(join(folder.path, 'none.yaml')),
      /budgets: .*none\.yaml cannot be read: ENOENT/,
    );
    assert.throws(() => readBudgetFile(folder.path), /it is not a file/);
    const path = join(folder.path, 'b.yaml');
    await writeFile(path, 'budgets: []');
    assert.deepEqual(readBudgetFile(path), []);
  });
});
