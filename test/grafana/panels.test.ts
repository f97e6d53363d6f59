import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL, type Choice, panelQueries, substitute } from '../live/queries.ts';
import { requirement } from '../support/requirement.ts';
import { type Expectation, failureOf, type InputSeries } from './promtool.ts';

const { missing } = requirement('promtool', 'prometheus');
const queries = panelQueries();
const HOUR = 3600;
const DAY = 24 * HOUR;

interface Look {
  readonly at: string;
  readonly rangeSeconds: number;
  readonly choice?: Choice;
  /** By the labels of the series, as promtool writes them. */
  readonly shows: Readonly<Record<string, number>>;
}

/** What a panel shows of some series, to two digits. In a test time begins with 1970, in UTC. */
function looksAt(
  dashboard: string,
  panel: string,
  { at, rangeSeconds, choice = {}, shows }: Look,
  refId = 'A',
): Expectation {
  const query = queries.find(
    (query) => query.dashboard === dashboard && query.panel === panel && query.refId === refId,
  );
  assert.ok(query, `${dashboard} / ${panel} / ${refId}`);
  const expr = substitute(query.expr, { ...ALL, ...choice }, rangeSeconds, 300);
  const values = Object.entries(shows).map(([labels, value]) => ({ labels, value }));
  return { at, expr: `round(${expr}, 0.01)`, values };
}

const holds = async (name: string, series: InputSeries, expect: readonly Expectation[], interval = '1m') =>
  assert.equal(await failureOf([], [{ name, series, expect, interval }]), undefined);

const app = (job = 'shop') => `tokenmeter_price_table{job="${job}", instance="a", version="1"}`;
const calls = (outcome: string, labels = '') =>
  `tokenmeter_requests_total{job="shop", gen_ai_request_model="m", outcome="${outcome}"${labels}}`;
const cost = (labels = '', job = 'shop') =>
  `tokenmeter_cost_usd_total{job="${job}", gen_ai_request_model="m"${labels}}`;
const firing = (alertname: string, labels = '') =>
  `ALERTS{alertname="${alertname}", alertstate="firing"${labels}}`;

describe('what panels show', { concurrency: true, skip: missing }, () => {
  test('the overview knows the most used budget, although it has no variable for budgets', () =>
    holds(
      'most used',
      { 'budget:tokenmeter_budget_used:ratio{job="shop", budget="b", unit="usd"}': '0.9x10' },
      [looksAt('overview', 'Budget used', { at: '5m', rangeSeconds: HOUR, shows: { '{}': 0.9 } })],
    ));

  test('a float short of the limit is exhausted, as the alert says', () =>
    holds(
      'float',
      {
        'budget:tokenmeter_budget_used:ratio{job="shop", budget="b"}': '0.9999999999999999x10',
        'budget:tokenmeter_budget_used:ratio{job="shop", budget="c"}': '0.7999999999999999x10',
      },
      [
        looksAt('budgets', 'Exhausted', { at: '5m', rangeSeconds: HOUR, shows: { '{}': 1 } }),
        looksAt('budgets', 'Over 80 %', { at: '5m', rangeSeconds: HOUR, shows: { '{}': 2 } }),
      ],
    ));

  test('the forecast of an app that is metered for two hours counts with whole days', () =>
    // $10 an hour: $20, and $240 a day for the 31 - 0.5 days that are left in UTC.
    holds('first day', { [app()]: '_x600 1x120', [cost()]: '_x600 0+0.1666667x120' }, [
      looksAt('overview', 'Month forecast', {
        at: '720m',
        rangeSeconds: 12 * HOUR,
        shows: { '{}': 20 + 240 * 30.5 },
      }),
    ]));

  test('there is a forecast from the first minutes on', () =>
    // Not of less than a quarter of an hour, which says little of a day.
    holds('new', { [app()]: '_x601 1x3', [cost()]: '_x601 0+0.1x3' }, [
      looksAt('overview', 'Month forecast', {
        at: '604m',
        rangeSeconds: 604 * 60,
        // 0.3, and 30 a day.
        shows: { '{}': 917.72 },
      }),
    ]));

  test('the forecast of an app that works for an hour of each day does not take it for new', () =>
    // 1 dollar from 02:00 to 03:00, two days long.
    holds(
      'nightly',
      { [app()]: '_x24 1x12 _x276 1x12', [cost()]: '_x24 0+0.08333333x12 _x275 0+0.08333333x12' },
      [
        looksAt('overview', 'Month forecast', {
          at: `${24 * 60 + 240}m`,
          rangeSeconds: 28 * HOUR,
          // 2, and 1 for each of the 29.8 days that are left; `increase` adds a little at the ends of a series.
          shows: { '{}': 33.16 },
        }),
      ],
      '5m',
    ));

  test('the month of a forecast is that of the dashboard: nothing is left of it at its local end', async () => {
    const series = { [app()]: `_x${28 * 24} 1x120`, [cost()]: `_x${28 * 24} 0+1x120` };
    const look = (at: string, rangeSeconds: number, dollars: number) =>
      looksAt('overview', 'Month forecast', { at, rangeSeconds, shows: { '{}': dollars } });
    await holds(
      'month',
      series,
      [
        // 23:00 UTC of the 31st: west of it the month goes on, in Berlin February has begun.
        look(`${(31 * 24 - 1) * 60}m`, 31 * DAY - HOUR, 71 + 24 / 24),
        look(`${(31 * 24 - 1) * 60}m`, 31 * DAY - 9 * HOUR, 71 + 9),
        // 1:00 of the 1st in Berlin: 28 days, of which an hour is over.
        look(`${31 * 24 * 60}m`, HOUR, 1 + 24 * (28 - 1 / 24)),
      ],
      '1h',
    );
  });

  test('blocked calls hide no failures, and cost nothing', () =>
    holds(
      'blocked',
      {
        [calls('ok')]: '0+1x60',
        [calls('error')]: '0+1x60',
        [calls('blocked')]: '0+60x60',
        [cost()]: '0+2x60',
        'tokenmeter_unmetered_requests_total{job="shop", reason="no_usage", gen_ai_request_model="m"}':
          '0+1x60',
      },
      [
        ['overview', 'Failed calls', 0.5] as const,
        ['overview', 'Calls', 120] as const,
        ['models', 'Spend per call', 1] as const,
        ['health', 'Unmetered calls', 0.5] as const,
      ].map(([dashboard, panel, value]) =>
        looksAt(dashboard, panel, { at: '1h', rangeSeconds: HOUR, shows: { '{}': value } }),
      ),
    ));

  test('who was refused, and only of the chosen users', async () => {
    const at = { at: '1h', rangeSeconds: HOUR };
    const perUser = (user: string) =>
      `tokenmeter_budget_blocked_requests_total{job="shop", budget="day", user_id="${user}"}`;
    await holds(
      'refused',
      {
        [calls('blocked', ', user_id="maria"')]: '0+1x60',
        [calls('blocked', ', user_id="tom"')]: '0+2x60',
        [perUser('maria')]: '0+1x60',
        [perUser('tom')]: '0+2x60',
        'tokenmeter_budget_blocked_requests_total{job="shop", budget="all"}': '0+1x60',
      },
      [
        looksAt('users', 'Blocked calls', { ...at, shows: { '{}': 180 } }),
        looksAt('users', 'Blocked calls', { ...at, choice: { user: 'maria' }, shows: { '{}': 60 } }),
        looksAt('users', 'Users', { ...at, shows: { '{user_id="maria"}': 60, '{user_id="tom"}': 120 } }, 'H'),
        looksAt('budgets', 'Blocked calls', { ...at, choice: { budget: 'all' }, shows: { '{}': 60 } }),
        looksAt('budgets', 'Blocked calls', { ...at, choice: { user: 'maria' }, shows: { '{}': 60 } }),
        looksAt('budgets', 'Blocked calls per minute', {
          ...at,
          shows: {
            '{job="shop", budget="all"}': 1,
            '{job="shop", budget="day", user_id="maria"}': 1,
            '{job="shop", budget="day", user_id="tom"}': 2,
          },
        }),
      ],
    );
  });

  test('alerts are those of the chosen apps, and those of no app', () =>
    holds(
      'alerts',
      {
        [firing('TokenmeterNoData', ', job="shop"')]: '1x10',
        [firing('TokenmeterNoData', ', job="other"')]: '1x10',
        [firing('TokenmeterBudgetExhausted', ', budget="month"')]: '1x10',
        [firing('SomebodyElses')]: '1x10',
      },
      [
        looksAt('overview', 'Firing alerts', { at: '5m', rangeSeconds: HOUR, shows: { '{}': 3 } }),
        looksAt('health', 'Firing alerts', {
          at: '5m',
          rangeSeconds: HOUR,
          choice: { job: 'shop' },
          shows: { '{}': 2 },
        }),
      ],
    ));

  test('calls for nobody and those beyond the cap are no users, and have names elsewhere', async () => {
    const at = { at: '1h', rangeSeconds: HOUR };
    const [named, other] = [', user_id="u1", team="t"', ', user_id="__other__"'];
    await holds(
      'nobody',
      {
        [cost()]: '0+3x60',
        [cost(named)]: '0+1x60',
        [cost(other)]: '0+2x60',
        [calls('ok')]: '0+3x60',
        [calls('ok', named)]: '0+1x60',
        [calls('ok', other)]: '0+1x60',
      },
      [
        looksAt('users', 'Active users', { ...at, shows: { '{}': 1 } }),
        looksAt('users', 'Spend per active user', { ...at, shows: { '{}': 60 } }),
        looksAt('users', 'Share of the top spender', { ...at, shows: { '{}': 0.17 } }),
        looksAt('users', 'Users by spend', { ...at, shows: { '{}': 1 } }, 'E'),
        looksAt('users', 'Users by spend', { ...at, shows: { '{}': 0 } }, 'F'),
        looksAt('users', 'Top spenders', {
          ...at,
          shows: { '{user_id="(none)"}': 180, '{user_id="__other__"}': 120, '{user_id="u1"}': 60 },
        }),
        looksAt('overview', 'Spend per hour by team', {
          ...at,
          shows: { '{team="(none)"}': 300, '{team="t"}': 60 },
        }),
        looksAt('users', 'Spend per hour by feature', { ...at, shows: { '{feature="(none)"}': 360 } }),
      ],
    );
  });

  test('caches save also for models whose date was asked for', () => {
    const read = (model: string) =>
      `gen_ai_client_inference_usage_cache_read_input_tokens_total{job="shop", gen_ai_request_model="${model}"}`;
    const saving = (model: string) =>
      `model:tokenmeter_cache_read_saving_usd:per_token{gen_ai_request_model="${model}"}`;
    return holds(
      'dated',
      {
        [read('gpt-4.1')]: '0+1000x60',
        [read('gpt-4.1-2025-04-14')]: '0+1000x60',
        [read('claude-3-5-haiku-20241022')]: '0+1000x60',
        [read('gpt-4.1-mini')]: '0+1000x60',
        [saving('gpt-4.1')]: '0.00001x60',
        [saving('claude-3-5-haiku-latest')]: '0.00002x60',
      },
      [
        looksAt('models', 'Saved by caches', {
          at: '1h',
          rangeSeconds: HOUR,
          shows: { '{}': 0.6 + 0.6 + 1.2 },
        }),
      ],
    );
  });

  test('where nothing was blocked the line is at 0, and not there where nothing is metered', async () => {
    const look = (shows: Look['shows']) => [
      looksAt('budgets', 'Blocked calls per minute', { at: '10m', rangeSeconds: HOUR, shows }),
    ];
    await holds('metered', { [app()]: '1x10' }, look({ '{budget="none"}': 0 }));
    await holds('not metered', { up: '1x10' }, look({}));
  });
});
