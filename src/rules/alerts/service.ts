import { LABEL } from '../promql.ts';
import { SERVICE } from '../service-recordings.ts';
import type { Thresholds } from '../thresholds.ts';
import type { RuleGroup } from '../types.ts';
import { alert, labelText, PERCENT } from './alert.ts';

const JOB = labelText(LABEL.job);
const MODEL = `${labelText(LABEL.requestModel)} (${labelText(LABEL.provider)})`;

export function serviceAlerts(thresholds: Thresholds): RuleGroup {
  const { errorRatio, rateLimitedRatio, latencySeconds, minimumCalls } = thresholds;
  const enough = `and ${SERVICE.calls} >= ${minimumCalls}`;
  return {
    name: 'tokenmeter-service-alerts',
    rules: [
      alert({
        name: 'TokenmeterHighErrorRatio',
        severity: 'critical',
        for: '10m',
        expr: `${SERVICE.errorRatio} > ${errorRatio} ${enough}`,
        summary: `${PERCENT} of the calls of ${JOB} to ${MODEL} fail`,
        description: `Over 10 minutes ${PERCENT} of the calls of ${JOB} to ${MODEL} ended in an error.`,
      }),
      alert({
        name: 'TokenmeterHighLatency',
        severity: 'warning',
        for: '10m',
        expr: `${SERVICE.latency} > ${latencySeconds} ${enough}`,
        summary: `${MODEL} is slow for ${JOB}: p95 {{ $value | humanizeDuration }}`,
        description:
          `Over 10 minutes one in twenty calls of ${JOB} to ${MODEL} took ` +
          `{{ $value | humanizeDuration }} or more, retries and the whole stream included.`,
      }),
      alert({
        name: 'TokenmeterRateLimited',
        severity: 'warning',
        for: '5m',
        expr: `${SERVICE.rateLimitedRatio} > ${rateLimitedRatio} ${enough}`,
        summary: `${MODEL} refuses ${PERCENT} of the calls of ${JOB}`,
        description:
          `Over 10 minutes the provider answered ${PERCENT} of the calls of ${JOB} to ${MODEL} ` +
          "with status 429, after the SDK's retries.",
      }),
    ],
  };
}
