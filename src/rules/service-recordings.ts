import { METRIC } from '../telemetry/names.ts';
import { counter, gauge, LABEL } from './promql.ts';
import type { RuleGroup } from './types.ts';

export const BY_MODEL = [LABEL.job, LABEL.provider, LABEL.requestModel].join(', ');

export const SERVICE = {
  calls: 'model:tokenmeter_requests:increase10m',
  errorRatio: 'model:tokenmeter_requests_error:ratio_rate10m',
  rateLimitedRatio: 'model:tokenmeter_requests_rate_limited:ratio_rate10m',
  latency: 'model:gen_ai_client_inference_duration_seconds:p95_10m',
} as const;

/** Those that were made: a budget that blocks must not hide that the others fail. */
export const MADE = `${counter(METRIC.requests)}{${LABEL.outcome}!="blocked"}`;
const duration = gauge(METRIC.duration);

export function serviceGroups(): RuleGroup[] {
  const share = (part: string, whole: string) =>
    `sum by (${BY_MODEL}) (rate(${part}[10m])) / (sum by (${BY_MODEL}) (rate(${whole}[10m])) > 0)`;
  return [
    {
      name: 'tokenmeter-service',
      rules: [
        { record: SERVICE.calls, expr: `sum by (${BY_MODEL}) (increase(${MADE}[10m]))` },
        {
          record: SERVICE.errorRatio,
          expr: share(`${counter(METRIC.requests)}{${LABEL.outcome}="error"}`, MADE),
        },
        {
          record: SERVICE.rateLimitedRatio,
          expr: share(`${duration}_count{${LABEL.errorType}="429"}`, `${duration}_count`),
        },
        {
          record: SERVICE.latency,
          // Without calls the quantile is NaN, which the comparison leaves out.
          expr: `histogram_quantile(0.95, sum by (${BY_MODEL}, le) (rate(${duration}_bucket[10m]))) >= 0`,
        },
      ],
    },
  ];
}
