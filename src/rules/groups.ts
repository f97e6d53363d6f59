import { budgetAlerts } from './alerts/budgets.ts';
import { meterAlerts } from './alerts/meter.ts';
import { serviceAlerts } from './alerts/service.ts';
import { spendingAlerts } from './alerts/spending.ts';
import { budgetGroups } from './budget-recordings.ts';
import { cacheSavingGroups } from './cache-savings.ts';
import { calendarGroups } from './calendar-budgets.ts';
import type { RulesConfig } from './config.ts';
import { otlpNameGroups } from './otlp-names.ts';
import { serviceGroups } from './service-recordings.ts';
import { spendGroups } from './spend-recordings.ts';
import type { Thresholds } from './thresholds.ts';
import type { RuleGroup } from './types.ts';

export function recordingGroups(): RuleGroup[] {
  return [...budgetGroups(), ...spendGroups(), ...serviceGroups()];
}

export function alertGroups(thresholds: Thresholds): RuleGroup[] {
  return [
    budgetAlerts(thresholds),
    spendingAlerts(thresholds),
    serviceAlerts(thresholds),
    meterAlerts(thresholds),
  ];
}

export function allGroups({ thresholds, budgets }: RulesConfig): RuleGroup[] {
  return [
    ...otlpNameGroups(),
    ...cacheSavingGroups(),
    ...calendarGroups(budgets),
    ...recordingGroups(),
    ...alertGroups(thresholds),
  ];
}
