import type { Span } from '@opentelemetry/api';
import type { Reservation } from '../budgets/budgets.ts';
import type { UsageContext } from '../context.ts';
import type { Operation, Provider, ResponseFacts } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { Client } from '../sdk/types.ts';
import type { CallSubject, Outcome, Pipeline, UnmeteredReason } from './pipeline.ts';
import { settle } from './settle.ts';
import { identify } from './who.ts';

const NOTHING = Object.freeze({});

/** An answer that came otherwise than to a request of its own: retrieved later, or over a session. */
export interface Answer {
  readonly operation: Operation;
  readonly facts: ResponseFacts;
  readonly outcome: Outcome;
  readonly workId?: string | undefined;
  /** What budgets had set aside for it when it was asked for. */
  readonly reservation?: Reservation | undefined;
  /** How many requests it stands for that are not counted elsewhere. */
  readonly requests: number;
  readonly who: UsageContext;
  /** The end user that the request named, if the answer repeats it. */
  readonly user?: string | undefined;
  /** When it began, where somebody saw that: milliseconds since the epoch. */
  readonly startedAtMs?: number | undefined;
  readonly durationSeconds?: number | undefined;
  /** False where it is one of many small steps: then it has no span. */
  readonly traced?: boolean;
}

const wallClock = Date.now;

export function settleAnswer(pipeline: Pipeline, provider: Provider, client: Client, answer: Answer): void {
  const { operation, facts, outcome, startedAtMs } = answer;
  const vendor = provider.vendorOf(client);
  const subject: CallSubject = {
    provider,
    vendor,
    operation,
    endpoint: NOTHING,
    client,
    facts: { model: facts.model },
    params: NOTHING,
    who: identify(answer.who, pipeline.users, { provider: vendor, operation, params: NOTHING }, answer.user),
    startedAtMs,
  };
  settle(pipeline, subject, {
    outcome,
    facts,
    usage: facts.usage,
    unmetered: facts.usage ? undefined : missing(outcome, facts),
    errorType: facts.errorType,
    workId: answer.workId,
    reservation: answer.reservation,
    requests: answer.requests,
    startedAtMs: startedAtMs ?? wallClock(),
    durationSeconds: answer.durationSeconds,
    span: answer.traced === false ? undefined : startSpan(pipeline, subject),
  });
}

function startSpan(pipeline: Pipeline, subject: CallSubject): Span | undefined {
  try {
    return pipeline.startSpan(subject);
  } catch (fault) {
    reportFault('starting a span', fault);
    return undefined;
  }
}

/** What failed may have cost nothing; all else should have told its usage. */
function missing(outcome: Outcome, facts: ResponseFacts): UnmeteredReason | undefined {
  if (outcome === 'error' || facts.deferred !== undefined) return undefined;
  if (facts.rawUsage != null) return 'invalid_usage';
  return outcome === 'aborted' ? 'aborted' : 'no_usage';
}
