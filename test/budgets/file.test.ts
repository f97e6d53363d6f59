import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
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
      'b.yaml:8:5: budgets.1.limitTokens: got 2, expected one limit, not limitUsd and limitTokens',
      'b.yaml:15:7: budgets.2.overrides.u_42: got an object, expected no override: the budget has one scope, "per" is empty',
      'b.yaml:21:7: budgets.3.overrides.u_42: got an object, expected a scope of user/model',
      'b.yaml:22:23: budgets.3.overrides.u_42/gpt-4.1.limitUsd: got 5, expected limitTokens, as the budget itself',
      'b.yaml:6:5: budgets.1.name: got "a", expected a name that no other budget has',
    ]);
    const repaired = text
      .replace('-1', '1')
      .replace('fortnight', 'day')
      .replace('Mars/Olympus', 'UTC')
      .replace('    colour: red\n', '')
      .replace('[user, user]', '[user]');
    assert.deepEqual(problems(repaired), [
      'b.yaml:8:5: budgets.1.limitTokens: got 2, expected one limit, not limitUsd and limitTokens',
      'b.yaml:14:7: budgets.2.overrides.u_42: got an object, expected no override: the budget has one scope, "per" is empty',
      'b.yaml:20:7: budgets.3.overrides.u_42: got an object, expected a scope of user/model',
      'b.yaml:21:23: budgets.3.overrides.u_42/gpt-4.1.limitUsd: got 5, expected limitTokens, as the budget itself',
      'b.yaml:6:5: budgets.1.name: got "a", expected a name that no other budget has',
    ]);
    const twoOfOneName = 'budgets:\n  - { name: a, period: day }\n  - { name: a, period: day }\n';
    assert.deepEqual(problems(twoOfOneName), [
      'b.yaml:3:7: budgets.1.name: got "a", expected a name that no other budget has',
    ]);
  });

  test('every member that is too many, or missing', () => {
    const text = `budgets:
  - name: a
    limit: 1
    periode: day
    constructor: 1
  - { name: b, period: day, colour: red, shade: blue, match: { models: x, users: y } }
extra: 1
more: 2
`;
    assert.deepEqual(problems(text), [
      'b.yaml:5:5: budgets.0.constructor: no such option',
      'b.yaml:6:64: budgets.1.match.models: no such option',
      'b.yaml:6:75: budgets.1.match.users: no such option',
      'b.yaml:6:29: budgets.1.colour: no such option',
      'b.yaml:6:42: budgets.1.shade: no such option',
      'b.yaml:7:1: extra: no such option',
      'b.yaml:8:1: more: no such option',
    ]);
    assert.deepEqual(problems(text.replace('    constructor: 1\n', '')).slice(0, 3), [
      'b.yaml:2:5: budgets.0.period: got undefined, expected hour, day, week, month, or { rollingSeconds }',
      'b.yaml:3:5: budgets.0.limit: no such option',
      'b.yaml:4:5: budgets.0.periode: no such option',
    ]);
  });

  test('a problem is told once', () => {
    for (const seconds of ['1.5', 'x', '5']) {
      assert.deepEqual(
        problems(`budgets: [{ name: a, period: { rollingSeconds: ${seconds} } }]`).map((line) =>
          line.replace(/^.*, expected /, ''),
        ),
        ['a whole number of seconds from 60 up'],
        seconds,
      );
    }
  });

  test('lists where objects belong', () => {
    assert.deepEqual(problems('budgets: [{ name: a, period: day, match: [], overrides: [] }, []]'), [
      'b.yaml:1:35: budgets.0.match: got a list, expected an object',
      'b.yaml:1:46: budgets.0.overrides: got a list, expected an object from scope to limit',
      'b.yaml:1:63: budgets.1: got a list, expected an object',
    ]);
  });

  test('a schema may be named', () => {
    assert.deepEqual(parseBudgets('{"$schema": "./budgets.schema.json", "budgets": []}', 'b.json'), []);
  });

  test('dollars have at most 6 decimals', () => {
    const limit = (usd: string) => `budgets: [{ name: a, period: day, limitUsd: ${usd} }]`;
    for (const usd of ['0', '0.000001', '1e-6', '0.1', '4.000004', '8999999.999999', 'null']) {
      assert.equal(parseBudgets(limit(usd), 'b.yaml').length, 1, usd);
    }
    for (const usd of ['4e-7', '0.0000015', '1e-300', '1.0000001']) {
      assert.deepEqual(problems(limit(usd)), [
        `b.yaml:1:35: budgets.0.limitUsd: got ${Number(usd)}, expected dollars with at most 6 decimals`,
      ]);
    }
  });

  test('what blocks has a limit', () => {
    const blocking = (more: string) =>
      `budgets: [{ name: a, period: day, action: block, per: [user]${more} }]`;
    const without = ['b.yaml:1:35: budgets.0.action: got "block", expected a limit, for action block'];
    assert.deepEqual(problems(blocking('')), without);
    assert.deepEqual(problems(blocking(', overrides: {}')), without);
    for (const more of [', limitUsd: null', ', limitTokens: 0', ', overrides: { x: { limitUsd: 1 } }']) {
      assert.equal(parseBudgets(blocking(more), 'b.yaml').length, 1, more);
    }
  });

  test('an override has one limit, of a scope that there is', () => {
    const text = `budgets:
  - name: a
    period: day
    per: [user]
    limitUsd: 1
    overrides:
      none: {}
      42: { limitUsd: 1, limitTokens: 2 }
      unlimited: { limitUsd: null }
      constructor: { limitUsd: 1 }
  - name: b
    period: day
    per: [user, model]
    limitUsd: 1
    overrides:
      u/org%2Fmodel: { limitUsd: 2 }
      u/org%2fmodel: { limitUsd: 3 }
      u/org/model: { limitUsd: 4 }
`;
    assert.deepEqual(problems(text), [
      'b.yaml:10:7: budgets.0.overrides.constructor: got an object, expected another scope',
      'b.yaml:8:26: budgets.0.overrides.42.limitTokens: got 2, expected limitUsd, as the budget itself',
      'b.yaml:7:7: budgets.0.overrides.none: got an object, expected a limit, or null for none',
      'b.yaml:17:7: budgets.1.overrides.u/org%2fmodel: got an object, expected a scope that no other override has',
      'b.yaml:18:7: budgets.1.overrides.u/org/model: got an object, expected a scope of user/model',
    ]);
  });

  test('the schema for editors says what it can', async () => {
    const schema = JSON.parse(await readFile('budgets.schema.json', 'utf8'));
    const { $schema, budgets } = schema.properties;
    assert.deepEqual($schema, { type: 'string' });
    const { properties, not, if: condition, then } = budgets.items;
    assert.deepEqual([properties.per.uniqueItems, properties.thresholds.uniqueItems], [true, true]);
    assert.deepEqual(not.anyOf, [
      { required: ['limitUsd', 'limitTokens'] },
      { required: ['limitUsd', 'limitRequests'] },
      { required: ['limitTokens', 'limitRequests'] },
    ]);
    assert.deepEqual(condition.properties, { action: { const: 'block' } });
    assert.equal(then.anyOf.length, 4);
    const override = properties.overrides.additionalProperties;
    assert.deepEqual([override.minProperties, override.maxProperties], [1, 1]);
    for (const one of [schema, budgets.items, override, properties.match]) {
      assert.equal(one.additionalProperties, false);
    }
  });

  for (const [what, text, problem] of [
    ['what is no YAML', 'budgets: [', /^b\.yaml:1:1\d: /],
    ['a name that stands twice', 'budgets: []\nbudgets: []', /^b\.yaml:2:1: Map keys must be unique/],
    ['an empty file', '', /^b\.yaml: got null, expected an object with "budgets"$/],
    ['something else', '5', /^b\.yaml:1:1: got 5, expected an object with "budgets"$/],
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
