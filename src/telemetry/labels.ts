import type { Attributes } from '@opentelemetry/api';
import type { SettledCall } from '../calls/pipeline.ts';
import type { Who } from '../calls/who.ts';
import { ATTR } from './names.ts';

/** What was called: on every metric. */
export function whatLabels(call: SettledCall): Attributes {
  return present({
    [ATTR.provider]: call.provider,
    [ATTR.operation]: call.operation,
    [ATTR.requestModel]: call.requestModel,
    [ATTR.responseModel]: call.responseModel,
  });
}

/** On whose behalf: on the counters, never on a histogram. */
export function whoLabels({ shownUser, team, feature }: Who): Attributes {
  return present({ [ATTR.userId]: shownUser, [ATTR.team]: team, [ATTR.feature]: feature });
}

/** An unknown value is a label that is not there: in Prometheus both are the empty string. */
function present(labels: Record<string, string | undefined>): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
}
