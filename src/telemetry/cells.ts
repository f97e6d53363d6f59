import type { Attributes } from '@opentelemetry/api';
import type { Outcome, UnmeteredReason } from '../calls/pipeline.ts';
import { ATTR, type InstrumentName, METRIC } from './names.ts';

/** One counter of a series: a metric, and the labels that the series itself does not have. */
export interface Cell {
  readonly metric: InstrumentName;
  readonly labels: Attributes;
}

/** The counters that series of one kind can have, and their places in a series. */
export type Layout = readonly Cell[];

function cell(metric: InstrumentName, labels: Attributes = {}): Cell {
  return { metric, labels };
}

const ofModality = (metric: InstrumentName, modality: string) => cell(metric, { [ATTR.modality]: modality });
const ofOutcome = (outcome: Outcome) => cell(METRIC.requests, { [ATTR.outcome]: outcome });
const forReason = (reason: UnmeteredReason) => cell(METRIC.unmetered, { [ATTR.reason]: reason });

/** Of who and what. */
export const CALLS: Layout = [
  ofModality(METRIC.inputTokens, 'text'),
  ofModality(METRIC.inputTokens, 'audio'),
  ofModality(METRIC.inputTokens, 'image'),
  ofModality(METRIC.outputTokens, 'text'),
  ofModality(METRIC.outputTokens, 'audio'),
  ofModality(METRIC.outputTokens, 'image'),
  ofModality(METRIC.cacheReadTokens, 'text'),
  ofModality(METRIC.cacheWriteTokens, 'text'),
  ofModality(METRIC.reasoningTokens, 'text'),
  cell(METRIC.cost),
  cell(METRIC.requestSeconds),
  ofOutcome('ok'),
  ofOutcome('error'),
  ofOutcome('aborted'),
  ofOutcome('blocked'),
];

/** The places in `CALLS`. */
export const CALL = {
  inputText: 0,
  inputAudio: 1,
  inputImage: 2,
  outputText: 3,
  outputAudio: 4,
  outputImage: 5,
  cacheRead: 6,
  cacheWrite: 7,
  reasoning: 8,
  cost: 9,
  seconds: 10,
  ok: 11,
  error: 12,
  aborted: 13,
  blocked: 14,
} as const;

/** Of what alone. */
export const FLAWS: Layout = [
  cell(METRIC.unpriced),
  forReason('no_usage'),
  forReason('invalid_usage'),
  forReason('aborted'),
  forReason('abandoned'),
  forReason('timeout'),
  forReason('stream_error'),
  forReason('raw_response'),
  forReason('unknown_endpoint'),
];

export const UNPRICED = 0;
export const UNMETERED = Object.fromEntries(
  FLAWS.flatMap(({ labels }, index) => (ATTR.reason in labels ? [[labels[ATTR.reason], index]] : [])),
) as Record<UnmeteredReason, number>;

/** What kept a call from having series of its own. */
export type Limit = 'users' | 'models' | 'series';
const LIMITS: readonly Limit[] = ['users', 'models', 'series'];

/** Of the meter itself. */
export const OVERFLOW: Layout = LIMITS.map((limit) => cell(METRIC.overflow, { limit }));
export const LIMIT = Object.fromEntries(LIMITS.map((limit, index) => [limit, index])) as Record<
  Limit,
  number
>;
