import type { Span } from '@opentelemetry/api';
import { cutLabel } from './label-length.ts';
import type { CallSubject, Outcome, Pipeline, SettledCall, Sink, UnmeteredReason } from './pipeline.ts';
import type { Cost } from './pricing/types.ts';
import type { ResponseFacts } from './providers/types.ts';
import { reportFault } from './report.ts';
import type { Usage } from './usage.ts';

/** How one call ended, and what is known of it then. */
export interface Ending {
  readonly outcome: Outcome;
  readonly facts: ResponseFacts | undefined;
  readonly usage: Usage | undefined;
  readonly unmetered: UnmeteredReason | undefined;
  readonly errorType: string | undefined;
  readonly requests: number;
  readonly startedAtMs: number;
  readonly durationSeconds: number | undefined;
  readonly timeToFirstChunkSeconds?: number | undefined;
  readonly timePerChunkSeconds?: number | undefined;
  readonly span: Span | undefined;
}

/** Prices a call that ended, and hands it to everyone who reports it. */
export function settle(pipeline: Pipeline, subject: CallSubject, ending: Ending): void {
  try {
    const { facts, usage } = ending;
    const settled: SettledCall = {
      provider: subject.vendor,
      operation: subject.operation,
      requestModel: cutLabel(subject.facts.model),
      responseModel: cutLabel(facts?.model),
      responseId: facts?.id,
      finishReasons: facts?.finishReasons ?? [],
      attributes: facts?.attributes,
      who: subject.who,
      outcome: ending.outcome,
      requests: ending.requests,
      errorType: ending.errorType,
      usage,
      unmetered: ending.unmetered,
      cost: undefined,
      unpriced: undefined,
      ...(usage && price(pipeline, subject, usage, ending)),
      durationSeconds: ending.durationSeconds,
      timeToFirstChunkSeconds: ending.timeToFirstChunkSeconds,
      timePerChunkSeconds: ending.timePerChunkSeconds,
      span: ending.span,
    };
    for (const sink of pipeline.sinks) deliver(sink, settled);
  } catch (fault) {
    reportFault('settling a call', fault);
  }
}

function price(
  { price, deployments }: Pipeline,
  { provider, facts }: CallSubject,
  usage: Usage,
  ending: Ending,
): { cost: Cost } | { unpriced: string } {
  const requested = facts.model;
  const deployed = requested !== undefined && Object.hasOwn(deployments, requested);
  const priced = price({
    provider: provider.name,
    model: [ending.facts?.model, deployed ? deployments[requested] : requested],
    usage,
    at: new Date(ending.startedAtMs),
  });
  return 'reason' in priced ? { unpriced: priced.reason } : { cost: priced };
}

function deliver(sink: Sink, call: SettledCall): void {
  try {
    sink.settle(call);
  } catch (fault) {
    reportFault(sink.name, fault);
  }
}
