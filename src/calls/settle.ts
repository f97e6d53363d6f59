import type { Span } from '@opentelemetry/api';
import type { Refused, Reservation } from '../budgets/budgets.ts';
import { cleanLabel } from '../label.ts';
import { isUnpriced } from '../pricing/cost.ts';
import type { PricedCall, Unpriced } from '../pricing/types.ts';
import type { ResponseFacts } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { Usage } from '../usage.ts';
import type { CallSubject, Outcome, Pipeline, SettledCall, Sink, UnmeteredReason } from './pipeline.ts';

/** How one call ended, and what is known of it then. */
export interface Ending {
  readonly outcome: Outcome;
  readonly facts: ResponseFacts | undefined;
  readonly usage: Usage | undefined;
  readonly unmetered: UnmeteredReason | undefined;
  readonly errorType: string | undefined;
  readonly workId?: string | undefined;
  readonly requests: number;
  readonly startedAtMs: number;
  readonly durationSeconds: number | undefined;
  readonly timeToFirstChunkSeconds?: number | undefined;
  readonly timePerChunkSeconds?: number | undefined;
  readonly span: Span | undefined;
  readonly reservation?: Reservation | undefined;
  readonly refused?: Refused | undefined;
}

/** Prices a call that ended, and hands it to everyone who reports it. */
export function settle(pipeline: Pipeline, subject: CallSubject, ending: Ending): void {
  try {
    const { facts, usage } = ending;
    const priced = usage && price(pipeline, subject, usage, ending);
    const isPriced = priced !== undefined && !isUnpriced(priced);
    const settled: SettledCall = {
      id: pipeline.ids.next(ending.workId),
      provider: subject.vendor,
      priceList: subject.provider.name,
      operation: subject.operation,
      endpoint: subject.endpoint.path,
      endpointRegion: subject.facts.region,
      requestModel: cleanLabel(subject.facts.model),
      responseModel: cleanLabel(facts?.model),
      responseId: facts?.id,
      workId: ending.workId,
      finishReasons: facts?.finishReasons ?? [],
      attributes: facts?.attributes,
      who: subject.who,
      outcome: ending.outcome,
      requests: ending.requests,
      errorType: ending.errorType && lowCardinality(ending.errorType),
      usage,
      unmetered: ending.unmetered,
      cost: isPriced ? priced : undefined,
      unpriced: isPriced ? undefined : priced?.reason,
      startedAtMs: ending.startedAtMs,
      durationSeconds: ending.durationSeconds,
      timeToFirstChunkSeconds: ending.timeToFirstChunkSeconds,
      timePerChunkSeconds: ending.timePerChunkSeconds,
      span: ending.span,
      reservation: ending.reservation,
      refused: ending.refused,
    };
    for (const sink of pipeline.sinks) deliver(sink, settled);
  } catch (fault) {
    reportFault('settling a call', fault);
  }
}

function price(
  { price, modelOf }: Pipeline,
  { provider, vendor, facts }: CallSubject,
  usage: Usage,
  ending: Ending,
): PricedCall | Unpriced {
  return price({
    provider: provider.name,
    vendor,
    model: [ending.facts?.model, modelOf(facts.model)],
    usage,
    region: facts.region,
    at: new Date(ending.startedAtMs),
  });
}

function deliver(sink: Sink, call: SettledCall): void {
  try {
    sink.settle(call);
  } catch (fault) {
    reportFault(sink.name, fault);
  }
}

/** Codes of errors come from answers: only what looks like one becomes a label. */
function lowCardinality(errorType: string): string {
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(errorType) ? errorType : '_OTHER';
}
