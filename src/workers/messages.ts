import type { Attributes } from '@opentelemetry/api';
import type { SettledCall } from '../calls/pipeline.ts';
import { type InstrumentName, METRIC } from '../telemetry/names.ts';
import type { Usage } from '../usage.ts';

/** What workers of `node:cluster` and their primary tell each other, beside the app's own messages. */
export type ToPrimary =
  | { readonly type: 'tokenmeter:hello' }
  | { readonly type: 'tokenmeter:calls'; readonly calls: readonly CallRecord[]; readonly dropped: number }
  /** Something beside calls: a metric, by its name here. */
  | {
      readonly type: 'tokenmeter:count';
      readonly metric: MetricKey;
      readonly labels: Attributes;
      readonly amount: number;
    }
  /** All readings of a worker. */
  | { readonly type: 'tokenmeter:gauges'; readonly readings: readonly GaugeRecord[] }
  /** All calls up to a request to flush were sent. */
  | { readonly type: 'tokenmeter:flushed'; readonly id: number };

export type ToWorker =
  /** The primary counts the workers' calls, and serves them there. */
  | { readonly type: 'tokenmeter:welcome'; readonly url: string }
  | { readonly type: 'tokenmeter:flush'; readonly id: number };

export function isOurs<T extends ToPrimary | ToWorker>(message: unknown): message is T {
  const type = (message as { type?: unknown } | null)?.type;
  return typeof type === 'string' && type.startsWith('tokenmeter:');
}

export interface GaugeRecord {
  readonly metric: MetricKey;
  readonly labels: Attributes;
  readonly value: number;
}

export type MetricKey = keyof typeof METRIC;

const KEYS = new Map<InstrumentName, MetricKey>(
  (Object.entries(METRIC) as [MetricKey, InstrumentName][]).map(([key, metric]) => [metric, key]),
);

export function keyOf(metric: InstrumentName): MetricKey | undefined {
  return KEYS.get(metric);
}

/** What metrics are made of, in a form that JSON can carry. */
export interface CallRecord
  extends Pick<
    SettledCall,
    | 'provider'
    | 'operation'
    | 'requestModel'
    | 'responseModel'
    | 'outcome'
    | 'requests'
    | 'errorType'
    | 'unmetered'
    | 'unpriced'
    | 'durationSeconds'
    | 'timeToFirstChunkSeconds'
    | 'timePerChunkSeconds'
  > {
  readonly who: Omit<SettledCall['who'], 'user'>;
  readonly usage: Pick<Usage, 'input' | 'output'> | undefined;
  readonly picoUsd: string | undefined;
  /** Whose budget had no room for it. */
  readonly refusedBy: Attributes | undefined;
}

export function toRecord(call: SettledCall): CallRecord {
  const { shownUser, team, feature } = call.who;
  return {
    provider: call.provider,
    operation: call.operation,
    requestModel: call.requestModel,
    responseModel: call.responseModel,
    who: { shownUser, ...(team !== undefined && { team }), ...(feature !== undefined && { feature }) },
    outcome: call.outcome,
    requests: call.requests,
    errorType: call.errorType,
    usage: call.usage && { input: call.usage.input, output: call.usage.output },
    picoUsd: call.cost?.picoUsd.toString(),
    refusedBy: call.refused?.labels,
    unmetered: call.unmetered,
    unpriced: call.unpriced,
    durationSeconds: call.durationSeconds,
    timeToFirstChunkSeconds: call.timeToFirstChunkSeconds,
    timePerChunkSeconds: call.timePerChunkSeconds,
  };
}

export function fromRecord({ picoUsd, usage, refusedBy, ...record }: CallRecord): SettledCall {
  return {
    ...record,
    id: '',
    priceList: record.provider,
    endpoint: undefined,
    startedAtMs: Date.now(),
    responseId: undefined,
    workId: undefined,
    finishReasons: [],
    attributes: undefined,
    usage: usage && { ...usage, serverTools: {}, raw: undefined },
    cost: picoUsd === undefined ? undefined : { picoUsd: BigInt(picoUsd), byClass: {} },
    span: undefined,
    refused: refusedBy && { labels: refusedBy },
  };
}
