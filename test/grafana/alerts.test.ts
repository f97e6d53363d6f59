import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alertGroups, DEFAULT_RULES, recordingGroups } from '../../src/rules/index.ts';
import { requirement } from '../support/requirement.ts';
import { budgetCases } from './alerts/budgets.ts';
import { type AlertCase, asRuleTest } from './alerts/case.ts';
import { meterCases } from './alerts/meter.ts';
import { serviceCases } from './alerts/service.ts';
import { spendingCases } from './alerts/spending.ts';
import { failureOf } from './promtool.ts';

const groups = [...recordingGroups(), ...alertGroups(DEFAULT_RULES.thresholds)];
const { missing } = requirement('promtool', 'prometheus');
/** By the beginning of the names of the groups that they need: thousands of evaluations of all take long. */
const all: Readonly<Record<string, readonly AlertCase[]>> = {
  budget: budgetCases,
  spend: spendingCases,
  service: serviceCases,
  meter: meterCases,
};

describe('alerts', { concurrency: true }, () => {
  test('each has a case in which it fires and one in which it must not', () => {
    const alerts = alertGroups(DEFAULT_RULES.thresholds).flatMap(({ rules }) =>
      rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])),
    );
    const covered = (fires: boolean) =>
      new Set(
        Object.values(all)
          .flat()
          .filter((one) => one.fires === fires)
          .map(({ alert }) => alert),
      );
    assert.deepEqual([...covered(true)].sort(), [...alerts].sort());
    assert.deepEqual([...covered(false)].sort(), [...alerts].sort());
  });

  for (const [part, cases] of Object.entries(all)) {
    test(`${part}: ${cases.length} cases`, { skip: missing }, async () => {
      const needed = groups.filter(({ name }) => name.startsWith(`tokenmeter-${part}`));
      // Days of data come every 5 minutes, and are looked at as often.
      const failure =
        part === 'spend'
          ? await failureOf(
              needed.map((group) => ({ ...group, interval: '5m' })),
              cases.map(asRuleTest),
              '5m',
            )
          : await failureOf(needed, cases.map(asRuleTest));
      assert.equal(failure, undefined);
    });
  }
});
