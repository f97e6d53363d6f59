import * as v from 'valibot';
import { DURATION_BUCKETS_SECONDS } from '../telemetry/names.ts';

const SHARE = 'a number above 0 and up to 1';
const POSITIVE = 'a number above 0';
const COUNT = 'a whole number from 1 up';

const share = (value: number) =>
  v.optional(v.pipe(v.number(SHARE), v.gtValue(0, SHARE), v.maxValue(1, SHARE)), value);
/** A histogram knows no more of what is above its last bound. */
const LONGEST = Math.max(...DURATION_BUCKETS_SECONDS);
const LATENCY = `a number above 0 and below ${LONGEST}: longer durations are not told apart`;
const positive = (value: number) =>
  v.optional(v.pipe(v.number(POSITIVE), v.finite(POSITIVE), v.gtValue(0, POSITIVE)), value);
const count = (value: number) =>
  v.optional(v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(1, COUNT)), value);

/** From where on the alerts fire, with the defaults. Shares are parts of 1. */
export const ThresholdsSchema = v.strictObject(
  {
    /** Used share of a budget that warns. */
    budgetWarning: share(0.8),
    /**
     * Speed of spending, in multiples of what would just use up the budget by its reset, over 5 minutes and over
     * an hour. 14.4 for an hour are 2 % of a budget of 30 days.
     */
    budgetFastBurn: positive(14.4),
    /** Spend of an hour, in multiples of the 99th percentile of the hours of the last 7 days. */
    spikeFactor: positive(3),
    /** Spikes below so many dollars an hour are nobody's concern. */
    spikeUserUsd: positive(0.5),
    spikeTeamUsd: positive(5),
    spikeModelUsd: positive(5),
    /** Share of the calls that fail, by model, over 10 minutes. */
    errorRatio: share(0.05),
    /** Share of the calls that the provider refuses with status 429, by model, over 10 minutes. */
    rateLimitedRatio: share(0.05),
    /** 95th percentile of the duration of calls, by model, over 10 minutes. */
    latencySeconds: v.optional(
      v.pipe(v.number(LATENCY), v.gtValue(0, LATENCY), v.ltValue(LONGEST, LATENCY)),
      30,
    ),
    /** Ratios and percentiles of fewer calls in 10 minutes say nothing. */
    minimumCalls: count(20),
    /** Share of the calls whose usage is missing, by app, over 15 minutes. */
    unmeteredRatio: share(0.01),
    priceTableDays: positive(45),
  },
  (issue) => (issue.expected === 'never' ? 'no such threshold' : 'an object'),
);

export type Thresholds = v.InferOutput<typeof ThresholdsSchema>;

export const DEFAULT_THRESHOLDS: Thresholds = v.parse(ThresholdsSchema, {});
