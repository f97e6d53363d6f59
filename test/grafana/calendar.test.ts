import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calendarGroups } from '../../src/rules/calendar-budgets.ts';
import type { CalendarBudget } from '../../src/rules/config.ts';
import { BUDGET } from '../../src/rules/promql.ts';
import { requirement } from '../support/requirement.ts';
import { failureOf, type RuleTest } from './promtool.ts';

const { missing } = requirement('promtool', 'prometheus');
const HOURS_OF_JANUARY = 31 * 24;

/** In a test time begins with 1970, in UTC. */
const hours = (count: number) => `${60 * count}m`;

const budget = (more: Partial<CalendarBudget>): CalendarBudget => ({
  name: 'b',
  period: 'day',
  per: [],
  match: {},
  limitUsd: 100,
  limitTokens: undefined,
  limitRequests: undefined,
  ...more,
});

const cost = (instance: string, user = 'u', model = 'gpt-4.1') =>
  `tokenmeter_cost_usd_total{instance="${instance}", user_id="${user}", gen_ai_request_model="${model}"}`;

const alive = (instance: string) => `tokenmeter_price_table{instance="${instance}"}`;

const is = (at: string, series: string, value: number, labels = '') => ({
  at,
  expr: `round(${series}, 0.001)`,
  values: [{ labels: `{budget="b"${labels}}`, value }],
});
const usd = ', unit="usd"';

async function holds(budgets: readonly CalendarBudget[], test: Omit<RuleTest, 'name'>): Promise<void> {
  // The rates are `increase` and nothing more; a month of them takes long.
  const needed = calendarGroups(budgets).map((group) => ({
    ...group,
    rules: group.rules.filter((rule) => !('record' in rule && rule.record.includes('increase'))),
  }));
  const named = { name: 'calendar', interval: '5m', ...test };
  assert.equal(await failureOf(needed, [named], '5m'), undefined);
}

describe('budgets that Prometheus keeps', { concurrency: true, skip: missing }, () => {
  test('a day starts at 0, and restarts and new processes neither lose nor repeat', () =>
    holds([budget({})], {
      series: {
        // A dollar an hour: a restart after 10 hours, and one day another process.
        [cost('a')]: '0+0.083333333x119 0+0.083333333x168',
        [cost('b')]: '_x144 0+0.083333333x143',
        [alive('a')]: '1x288',
        [alive('b')]: '_x144 1x144',
      },
      expect: [
        is(hours(9), BUDGET.spent, 9, usd),
        is(hours(11), BUDGET.spent, 10.917, usd),
        is(hours(24), BUDGET.limit, 100, usd),
        is(hours(1), BUDGET.reset, 86_400),
        is(hours(1), BUDGET.period, 86_400),
      ],
    }));

  test('at midnight UTC the next day begins', () =>
    holds([budget({})], {
      series: { [cost('a')]: '0+0.083333333x600' },
      expect: [
        is(hours(24), BUDGET.spent, 24, usd),
        is(hours(25), BUDGET.spent, 1, usd),
        is(hours(25), BUDGET.reset, 172_800),
      ],
    }));

  test('a month ends after its own number of days', () =>
    holds([budget({ period: 'month' })], {
      // From the 30th of January on: a whole month of data would take long.
      series: { [cost('a')]: `_x${12 * (HOURS_OF_JANUARY - 48)} 0+0.083333333x${12 * 72}` },
      expect: [
        is(hours(HOURS_OF_JANUARY - 1), BUDGET.spent, 47, usd),
        is(hours(HOURS_OF_JANUARY + 2), BUDGET.spent, 2, usd),
        is(hours(HOURS_OF_JANUARY + 2), BUDGET.period, 28 * 86_400),
        is(hours(HOURS_OF_JANUARY + 2), BUDGET.reset, (31 + 28) * 86_400),
      ],
    }));

  test('per user, of some models', () =>
    holds([budget({ per: ['user'], match: { model: 'gpt-*' } })], {
      series: {
        [cost('a', 'u1')]: '0+1x24',
        [cost('a', 'u1', 'claude')]: '0+1x24',
        [cost('a', 'u2')]: '0+2x24',
      },
      expect: [
        {
          at: hours(2),
          expr: BUDGET.spent,
          values: [
            { labels: `${BUDGET.spent}{budget="b", unit="usd", user_id="u1"}`, value: 24 },
            { labels: `${BUDGET.spent}{budget="b", unit="usd", user_id="u2"}`, value: 48 },
          ],
        },
      ],
    }));

  test('a gap without samples counts nothing twice, and a restart after it is seen', () =>
    holds([budget({ limitUsd: 500 })], {
      series: {
        // $300, then three hours without a scrape; b starts before the gap, and a again after it.
        [cost('a')]: '0+5x60 300x20 _x36 300x6 7x40',
        [alive('a')]: '1x81 _x36 1x60',
        [cost('b')]: '_x60 3x20 _x36 3x60',
        [alive('b')]: '_x60 1x20 _x36 1x60',
      },
      expect: [
        is('290m', BUDGET.spent, 290, usd),
        is('390m', BUDGET.spent, 303, usd),
        is('615m', BUDGET.spent, 303, usd),
        is('700m', BUDGET.spent, 310, usd),
      ],
    }));

  test('processes that live shorter than the rules take between two looks', () =>
    holds([budget({})], {
      interval: '1m',
      series: Object.fromEntries(
        // $2 each, in the minutes 1 to 3 of an hour.
        Array.from({ length: 5 }, (_, hour) => [
          [cost(`job${hour}`), `_x${60 * hour + 1} 0 1 2 stale`],
          [alive(`job${hour}`), `_x${60 * hour + 1} 1 1 1 stale`],
        ]).flat(),
      ),
      expect: [is('330m', BUDGET.spent, 10, usd)],
    }));

  test('the last minutes of a process', () =>
    holds([budget({})], {
      interval: '1m',
      series: { [cost('a')]: '0+1x58 stale', [alive('a')]: '1x58 stale' },
      expect: [is('90m', BUDGET.spent, 58, usd)],
    }));

  test('per user, neither of nobody nor of those beyond the cap', () =>
    holds([budget({ per: ['user'] })], {
      series: {
        'tokenmeter_cost_usd_total{instance="a"}': '0+1x40',
        [cost('a', '__other__')]: '0+1x40',
        [cost('a', 'u')]: '0+1x40',
        [alive('a')]: '1x40',
      },
      expect: [is('60m', BUDGET.spent, 12, `${usd}, user_id="u"`)],
    }));

  test('tokens are those read and written', () =>
    holds([budget({ limitUsd: undefined, limitTokens: 1000 })], {
      series: {
        'gen_ai_client_inference_usage_input_tokens_total{user_id="u"}': '0+10x24',
        'gen_ai_client_inference_usage_output_tokens_total{user_id="u"}': '0+1x24',
      },
      expect: [is(hours(2), BUDGET.spent, 264, ', unit="tokens"')],
    }));
});
