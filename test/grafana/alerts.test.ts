import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { RulesSchema } from '../../src/rules/config.ts';
import { alertGroups, allGroups, DEFAULT_RULES, recordingGroups } from '../../src/rules/index.ts';
import { usualOf } from '../../src/rules/spend-recordings.ts';
import { ALL, panelQueries, substitute } from '../live/queries.ts';
import { requirement } from '../support/requirement.ts';
import { budgetCases } from './alerts/budgets.ts';
import { type AlertCase, asRuleTest } from './alerts/case.ts';
import { meterCases } from './alerts/meter.ts';
import { serviceCases } from './alerts/service.ts';
import { spendingCases } from './alerts/spending.ts';
import { failureOf } from './promtool.ts';
import { instantsOf, slowInstants, slowSeries } from './slow-series.ts';

const groups = [...recordingGroups(), ...alertGroups(DEFAULT_RULES)];
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
    const alerts = alertGroups(DEFAULT_RULES).flatMap(({ rules }) =>
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
      const failure = await failureOf(needed, cases.map(asRuleTest), part === 'spend' ? '5m' : '1m');
      assert.equal(failure, undefined);
    });
  }

  test('a spike does not end and come again while what is usual is minutes old', {
    skip: missing,
  }, async () => {
    // Recorded as by Prometheus: the hour each minute, what is usual every 15.
    const spike = {
      name: 'spike',
      series: {
        'user:tokenmeter_cost_usd:increase1h{job="shop", user_id="u"}': '9x60',
        'user:tokenmeter_cost_usd:increase1h_p99_7d{job="shop", user_id="u"}': '0.3 _x14 0.3 _x14 0.3 _x14',
      },
      expect: [
        {
          at: '40m',
          expr: 'count_over_time(ALERTS{alertname="TokenmeterUserSpendSpike", alertstate="firing"}[41m])',
          values: [
            {
              labels:
                '{alertname="TokenmeterUserSpendSpike", alertstate="firing", job="shop", severity="warning", user_id="u"}',
              value: 41,
            },
          ],
        },
      ],
    };
    const spendAlerts = groups.filter(({ name }) => name === 'tokenmeter-spend-alerts');
    assert.equal(await failureOf(spendAlerts, [spike]), undefined);
  });

  test('the alert of a store has a name in it: failures are counted without a budget', {
    skip: missing,
  }, async () => {
    const store = {
      name: 'store',
      series: { 'tokenmeter_budget_store_failures_total{job="shop", instance="a"}': '0+1x30' },
      alerts: [
        {
          at: '20m',
          alert: 'TokenmeterBudgetStoreFailing',
          labels: { job: 'shop', severity: 'critical' },
          annotations: {
            summary: 'The store of the budgets of shop does not answer',
            description:
              '5 times in 5 minutes shop could not ask the store of its budgets. Calls pass unchecked, or are refused, ' +
              'as `failOpen` or `failClosed` says.',
            runbook_url: 'https://unpkg.com/tokenmeter/grafana/runbooks/TokenmeterBudgetStoreFailing.md',
          },
        },
      ],
    };
    assert.equal(await failureOf(alertGroups(DEFAULT_RULES), [store]), undefined);
  });

  test('a job that ends is not missed, as the config says', { skip: missing }, async () => {
    const gone = (job: string) => ({
      [`tokenmeter_price_table{job="${job}", instance="a"}`]: '1x10 stale',
      [`up{job="${job}", instance="a"}`]: '1x10 0x30',
    });
    const alertOf = (name: string, severity: string, instance?: string) =>
      `{alertname="${name}", alertstate="firing", job="shop.night", severity="${severity}"${instance ?? ''}}`;
    const nightly = {
      name: 'nightly',
      series: { ...gone('nightly-bill'), ...gone('shop-night'), ...gone('shop.night') },
      expect: [
        {
          at: '30m',
          expr: 'group without () (ALERTS{alertstate="firing"})',
          values: [
            { labels: alertOf('TokenmeterNoData', 'critical'), value: 1 },
            { labels: alertOf('TokenmeterTargetDown', 'warning', ', instance="a"'), value: 1 },
          ],
        },
      ],
    };
    const config = { ...DEFAULT_RULES, jobsThatEnd: ['nightly-*', 'shop-night'] };
    const meterAlerts = alertGroups(config).filter(({ name }) => name === 'tokenmeter-meter-alerts');
    assert.equal(await failureOf(meterAlerts, [nightly]), undefined);
  });

  test('what is recorded seldom is not looked for at an instant', () => {
    const { budgets } = v.parse(RulesSchema, { budgets: [{ name: 'b', limitUsd: 1 }] });
    const everything = allGroups({ ...DEFAULT_RULES, budgets });
    assert.deepEqual(slowInstants(everything), []);
    const slow = slowSeries(everything);
    assert.deepEqual(
      panelQueries().flatMap(({ expr }) => instantsOf(slow, substitute(expr, ALL, 300, 60))),
      [],
    );
    assert.equal(instantsOf(slow, `rate(x[5m]) > 3 * ${usualOf('user')}{a="b"}`).length, 1);
  });
});
