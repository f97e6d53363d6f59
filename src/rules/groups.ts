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
import type { RuleGroup } from './types.ts';

export function recordingGroups(): RuleGroup[] {
  return [...budgetGroups(), ...spendGroups(), ...serviceGroups()];
}

/** Each alert leads to the runbook of its name. */
export function alertGroups(config: Omit<RulesConfig, 'budgets'>): RuleGroup[] {
  const { thresholds, jobsThatEnd, runbookUrl } = config;
  const base = runbookUrl.replace(/\/+$/, '');
  const withRunbook = (rule: RuleGroup['rules'][number]) =>
    'alert' in rule
      ? { ...rule, annotations: { ...rule.annotations, runbook_url: `${base}/${rule.alert}.md` } }
      : rule;
  return [
    budgetAlerts(thresholds),
    spendingAlerts(thresholds),
    serviceAlerts(thresholds),
    meterAlerts(thresholds, jobsThatEnd),
  ].map((group) => ({ ...group, rules: group.rules.map(withRunbook) }));
}

export function allGroups(config: RulesConfig): RuleGroup[] {
  return [
    ...otlpNameGroups(),
    ...cacheSavingGroups(),
    ...calendarGroups(config.budgets),
    ...recordingGroups(),
    ...alertGroups(config),
  ];
}
