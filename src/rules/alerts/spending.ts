import { OTHER } from '../../label.ts';
import { LABEL } from '../promql.ts';
import { hourOf, type Level, usualOf } from '../spend-recordings.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { type AlertText, alert, labelText } from './alert.ts';

/** What is usual is recorded every 15 minutes, and a look at an instant goes back 5. */
const lately = (recorded: string) => `last_over_time(${recorded}[20m])`;
/** Who has no hours yet is compared with so many times the least that counts. */
const OF_LEAST = 10;

export function spendingAlerts(thresholds: Thresholds): RuleGroup {
  const { spikeFactor, spikeUserUsd, spikeTeamUsd, spikeModelUsd } = thresholds;
  const spike = (level: Level, what: string, label: string, usd: number): Omit<AlertText, 'name'> => {
    const who = `${what} ${labelText(label)} of ${labelText(LABEL.job)}`;
    // Those beyond a cap share a series whose members change: what is usual for it says nothing.
    const hour = `${hourOf(level)}{${label}!="${OTHER}"}`;
    const usual = lately(usualOf(level));
    return {
      severity: 'warning',
      // In the first hours of an app nothing is usual for anybody.
      expr:
        `(${hour} > ${spikeFactor} * ${usual} and ${hourOf(level)} > ${usd})\n` +
        `or (${hour} > ${OF_LEAST * usd} unless ${usual} and on (${LABEL.job}) ${usual})`,
      summary: `${who} spent {{ $value | printf "$%.2f" }} in an hour`,
      description:
        `In the last hour ${who} spent {{ $value | printf "$%.2f" }}: more than ` +
        `${spikeFactor} times the 99th percentile of the hours of the last 7 days, or more than $${OF_LEAST * usd} ` +
        'where there are no such hours.',
    };
  };
  return {
    name: 'tokenmeter-spend-alerts',
    rules: [
      alert({
        name: 'TokenmeterUserSpendSpike',
        ...spike('user', 'User', LABEL.userId, spikeUserUsd),
      }),
      alert({
        name: 'TokenmeterTeamSpendSpike',
        ...spike('team', 'Team', LABEL.team, spikeTeamUsd),
      }),
      alert({
        name: 'TokenmeterModelSpendSpike',
        ...spike('model', 'Model', LABEL.requestModel, spikeModelUsd),
      }),
    ],
  };
}
