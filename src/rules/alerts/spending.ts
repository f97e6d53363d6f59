import { OTHER } from '../../label.ts';
import { LABEL } from '../promql.ts';
import { hourOf, type Level, usualOf } from '../spend-recordings.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { type AlertText, alert, labelText } from './alert.ts';

/** What is usual is recorded every 15 minutes, and a look at an instant goes back 5. */
const lately = (recorded: string) => `last_over_time(${recorded}[20m])`;
/**
 * Who has no hours yet is compared with so many times the least that counts; so is one whose usual hour is below that
 * part of it, as of somebody who was away.
 */
const OF_LEAST = 10;
/** Without the last digits of a float: 10 * 0.07 is a little more than 0.7. */
const rounded = (usd: number) => Number(usd.toPrecision(12));

export function spendingAlerts(thresholds: Thresholds): RuleGroup {
  const { spikeFactor, spikeUserUsd, spikeTeamUsd, spikeModelUsd } = thresholds;
  const spike = (level: Level, what: string, label: string, usd: number): Omit<AlertText, 'name'> => {
    const who = `${what} ${labelText(label)} of ${labelText(LABEL.job)}`;
    // Those beyond a cap share a series whose members change: what is usual for it says nothing.
    const hour = `${hourOf(level)}{${label}!="${OTHER}"}`;
    const usual = lately(usualOf(level));
    const known = `${usual} >= ${rounded(usd / OF_LEAST)}`;
    const ofNew = rounded(OF_LEAST * usd);
    return {
      severity: 'warning',
      // On the first day of an app nothing is usual for anybody.
      expr:
        `(${hour} > ${spikeFactor} * (${known}) and ${hourOf(level)} > ${usd})\n` +
        `or (${hour} > ${ofNew} unless ${known} and on (${LABEL.job}) ${usual})`,
      summary: `${who} spent {{ $value | printf "$%.2f" }} in an hour`,
      description:
        `In the last hour ${who} spent {{ $value | printf "$%.2f" }}: more than ` +
        `${spikeFactor} times the 99th percentile of the hours of the last 7 days, or more than $${ofNew} ` +
        'where there are no such hours, or next to nothing was spent in them.',
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
