import type { Attributes } from '@opentelemetry/api';
import { emitLog } from '../telemetry/emit-log.ts';
import { inUnits } from './amounts.ts';
import type { ThresholdEvent } from './types.ts';

export function logThreshold(
  { threshold, unit, limit, spent, ...event }: ThresholdEvent,
  labels: Attributes,
): void {
  const share = `${Math.round(threshold * 100)} %`;
  emitLog({
    eventName: 'tokenmeter.budget.threshold',
    ...(threshold >= 1
      ? { severityNumber: 17, severityText: 'ERROR' }
      : { severityNumber: 13, severityText: 'WARN' }),
    body: `Budget "${event.budget}" has reached ${share}: ${inUnits(unit, spent)} of ${inUnits(unit, limit)}`,
    attributes: {
      ...labels,
      'tokenmeter.budget.threshold': threshold,
      'tokenmeter.budget.unit': unit,
      'tokenmeter.budget.limit': limit,
      'tokenmeter.budget.spent': spent,
      'tokenmeter.budget.reset': event.resetsAt.toISOString(),
    },
  });
}
