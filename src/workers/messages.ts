import type { SettledCall } from '../calls/pipeline.ts';
import type { Usage } from '../usage.ts';

/** What workers of `node:cluster` and their primary tell each other, beside the app's own messages. */
export type ToPrimary =
  | { readonly type: 'tokenmeter:hello' }
  | { readonly type: 'tokenmeter:calls'; readonly calls: readonly CallRecord[]; readonly dropped: number }
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
    unmetered: call.unmetered,
    unpriced: call.unpriced,
    durationSeconds: call.durationSeconds,
    timeToFirstChunkSeconds: call.timeToFirstChunkSeconds,
    timePerChunkSeconds: call.timePerChunkSeconds,
  };
}

export function fromRecord({ picoUsd, usage, ...record }: CallRecord): SettledCall {
  return {
    ...record,
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
  };
}
