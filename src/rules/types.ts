/** Rules as Prometheus reads them. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: Severity; readonly [name: string]: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url?: string;
  };
}

/** critical: somebody should look now. warning: within the day. info: at some time. */
export type Severity = 'critical' | 'warning' | 'info';

export interface RuleGroup {
  readonly name: string;
  /** How often it is evaluated; without one, as often as Prometheus is told. */
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}
