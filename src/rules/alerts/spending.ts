import { LABEL } from '../promql.ts';
import { hourOf, type Level, usualOf } from '../spend-recordings.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { type AlertText, alert, labelText } from './alert.ts';

/** Users beyond the cap share a series whose members change: what is usual for it says nothing. */
const OTHERS = '__other__';

export function spendingAlerts(thresholds: Thresholds): RuleGroup {
  const { spikeFactor, spikeUserUsd, spikeTeamUsd, spikeModelUsd } = thresholds;
  const spike = (level: Level, who: string, usd: number, selector = ''): Omit<AlertText, 'name'> => ({
    severity: 'warning',
    expr: `${hourOf(level)}${selector} > ${spikeFactor} * ${usualOf(level)} and ${hourOf(level)} > ${usd}`,
    summary: `${who} spent {{ $value | printf "$%.2f" }} in an hour`,
    description:
      `In the last hour ${who} spent {{ $value | printf "$%.2f" }}: more than ${spikeFactor} times the 99th ` +
      'percentile of the hours of the last 7 days.',
  });
  return {
    name: 'tokenmeter-spend-alerts',
    rules: [
      alert({
        name: 'TokenmeterUserSpendSpike',
        ...spike('user', `User ${labelText(LABEL.userId)}`, spikeUserUsd, `{${LABEL.userId}!="${OTHERS}"}`),
      }),
      alert({
        name: 'TokenmeterTeamSpendSpike',
        ...spike('team', `Team ${labelText(LABEL.team)}`, spikeTeamUsd),
      }),
      alert({
        name: 'TokenmeterModelSpendSpike',
        ...spike('model', `Model ${labelText(LABEL.requestModel)}`, spikeModelUsd),
      }),
    ],
  };
}
