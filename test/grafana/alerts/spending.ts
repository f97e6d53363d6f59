import type { AlertCase } from './case.ts';

const cost = (labels: string) => `tokenmeter_cost_usd_total{job="shop", instance="a", ${labels}}`;
// Every 5 minutes: one day, then two hours.
const USUAL = 288;
const interval = '5m';

/** Spends so much every 5 minutes for a day, then so much for two hours. */
const usualThen = (usual: number, then: number) => {
  const before = (usual * USUAL).toFixed(3);
  return `0+${usual}x${USUAL} ${before}+${then}x24`;
};

function spikes(alert: string, labels: string, usual: number, spike: number, small: number): AlertCase[] {
  const of = (what: string, values: string, fires: boolean): AlertCase => ({
    alert,
    what,
    series: { [cost(labels)]: values },
    at: '1510m',
    fires,
    interval,
  });
  return [
    of('ten times the usual', usualThen(usual, spike), true),
    of('the usual', usualThen(usual, usual), false),
    of('much more, and still little', usualThen(small / 100, small), false),
    of('a restart', `0+${usual}x${USUAL} 0+${usual}x24`, false),
  ];
}

export const spendingCases: readonly AlertCase[] = [
  ...spikes('TokenmeterUserSpendSpike', 'user_id="u1"', 0.02, 0.2, 0.01),
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'the users beyond the cap',
    series: { [cost('user_id="__other__"')]: usualThen(0.02, 0.2) },
    at: '1510m',
    fires: false,
    interval,
  },
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'a leaked key of a new user spends $12 in its first hour',
    series: { [cost('user_id="u1"')]: `0+0.02x312`, [cost('user_id="leaked"')]: `_x288 0 0 0+1x22` },
    at: '1500m',
    fires: true,
    interval,
  },
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'a new user spends $2.40 in the first hour',
    series: { [cost('user_id="u1"')]: `0+0.02x312`, [cost('user_id="new"')]: `_x288 0 0 0+0.2x22` },
    at: '1500m',
    fires: false,
    interval,
  },
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'a user who was away comes back and spends $0.60 in an hour',
    series: { [cost('user_id="u1"')]: `0+0.02x312`, [cost('user_id="back"')]: usualThen(0, 0.05) },
    at: '1510m',
    fires: false,
    interval,
  },
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'a user who was away comes back and spends $12 in an hour',
    series: { [cost('user_id="u1"')]: `0+0.02x312`, [cost('user_id="back"')]: usualThen(0, 1) },
    at: '1510m',
    fires: true,
    interval,
  },
  {
    alert: 'TokenmeterUserSpendSpike',
    what: 'the first hour of an app',
    series: { [cost('user_id="u1"')]: `0+1x24`, [cost('user_id="u2"')]: `0+1x24` },
    at: '60m',
    fires: false,
    interval,
  },
  ...(['User', 'Team', 'Model'] as const).flatMap((level) =>
    [105, 135, 165].map(
      (minutes): AlertCase => ({
        alert: `Tokenmeter${level}SpendSpike`,
        what: `steady spending, ${minutes} minutes after an app's first call`,
        series: {
          [cost('user_id="u1", team="t", gen_ai_provider_name="o", gen_ai_request_model="m"')]:
            `_x7 0 0 0+1x50`,
          [cost('user_id="u2", team="t", gen_ai_provider_name="o", gen_ai_request_model="m"')]:
            `_x9 0 0 0+0.1x50`,
        },
        at: `${minutes}m`,
        fires: false,
        interval,
      }),
    ),
  ),
  ...spikes('TokenmeterTeamSpendSpike', 'team="legal"', 0.2, 2, 0.1),
  ...spikes(
    'TokenmeterModelSpendSpike',
    'gen_ai_provider_name="openai", gen_ai_request_model="gpt-4.1"',
    0.2,
    2,
    0.1,
  ),
];
