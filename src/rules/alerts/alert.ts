import type { AlertRule, Severity } from '../types.ts';

export interface AlertText {
  readonly name: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
}

export function alert({ name, expr, for: wait, severity, summary, description }: AlertText): AlertRule {
  return {
    alert: name,
    expr,
    ...(wait !== undefined && { for: wait }),
    labels: { severity },
    annotations: { summary, description },
  };
}

/** The value of a label, in the template of an annotation. */
export const labelText = (label: string): string => `{{ $labels.${label} }}`;
export const PERCENT = '{{ $value | humanizePercentage }}';
