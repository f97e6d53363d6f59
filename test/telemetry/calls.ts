import { randomUUID } from 'node:crypto';
import type { SettledCall } from '../../src/calls/pipeline.ts';
import { textOutput, uncachedInput } from '../../src/usage.ts';

export interface CallFacts {
  readonly user?: string;
  readonly team?: string;
  readonly feature?: string;
  readonly model?: string;
  /** In 1e-12 dollars. */
  readonly picoUsd?: bigint;
  readonly outcome?: SettledCall['outcome'];
}

/** A call as it is when it has ended: 10 tokens in, 5 out. */
export function settled({
  user,
  model = 'gpt-4.1',
  picoUsd = 1n,
  outcome = 'ok',
  ...who
}: CallFacts): SettledCall {
  return {
    id: randomUUID(),
    provider: 'openai',
    priceList: 'openai',
    operation: 'chat',
    endpoint: '/chat/completions',
    requestModel: model,
    responseModel: model,
    responseId: undefined,
    workId: undefined,
    finishReasons: [],
    attributes: undefined,
    who: { ...who, ...(user !== undefined && { user, shownUser: user }) },
    outcome,
    requests: 1,
    errorType: undefined,
    usage: { input: uncachedInput(10), output: textOutput(5), serverTools: {}, raw: undefined },
    unmetered: undefined,
    cost: { picoUsd, byClass: {} },
    unpriced: undefined,
    startedAtMs: Date.now(),
    durationSeconds: 1,
    timeToFirstChunkSeconds: undefined,
    timePerChunkSeconds: undefined,
    span: undefined,
  };
}
