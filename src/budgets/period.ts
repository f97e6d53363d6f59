import { Temporal } from 'temporal-polyfill';
import { type Budget, WEEKDAYS } from './types.ts';

/** A span of time in which spending is summed. Milliseconds since the epoch. */
export interface Period {
  readonly start: number;
  /** The first moment that is not in it. */
  readonly end: number;
  /** From then on nobody asks for its sum any more. */
  readonly until: number;
}

/** Where a moment's spending goes. A calendar period stands for itself. */
export interface Span {
  /** In which is summed what is spent. */
  readonly period: Period;
  /** In which is summed what is set aside for calls that are under way. */
  readonly held: Period;
  /** All whose sums count against the limit. */
  readonly counted: readonly Period[];
}

/** The periods of one budget. */
export interface Periods {
  /** The one that a moment is in. */
  at(time: number): Span;
  /** Seconds, of calendar periods on average. */
  readonly seconds: number;
}

const SECONDS = { hour: 3600, day: 86_400, week: 604_800, month: 2_629_746 } as const;
/** Of a moving window: it moves by so many parts. */
const PARTS = 60;

export function periodsOf({ period, timeZone = 'UTC', weekStartsOn = 'monday' }: Budget): Periods {
  if (typeof period === 'object') return movingWindow(period.rollingSeconds);
  const startOf = STARTS[period];
  const firstDay = 1 + WEEKDAYS.indexOf(weekStartsOn);
  let current: Span | undefined;
  return {
    seconds: SECONDS[period],
    at(time) {
      if (current && isIn(time, current.period)) return current;
      const start = startOf(
        Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone),
        firstDay,
      );
      const end = startOf(start.add(STEP[period]), firstDay).epochMilliseconds;
      const found = { start: start.epochMilliseconds, end, until: end };
      current = { period: found, held: found, counted: [found] };
      return current;
    },
  };
}

type Zoned = Temporal.ZonedDateTime;

const STARTS: Record<keyof typeof SECONDS, (time: Zoned, firstDay: number) => Zoned> = {
  hour: (time) => time.round({ smallestUnit: 'hour', roundingMode: 'floor' }),
  day: (time) => time.startOfDay(),
  week: (time, firstDay) => time.subtract({ days: (time.dayOfWeek - firstDay + 7) % 7 }).startOfDay(),
  month: (time) => time.with({ day: 1 }).startOfDay(),
};

const STEP = { hour: { hours: 1 }, day: { days: 1 }, week: { days: 7 }, month: { months: 1 } } as const;

/** A clock that is set back a little does not bring a period back. */
const SMALL_STEP_MS = 3_600_000;

function isIn(time: number, { start, end }: Period): boolean {
  return time < end && time >= start - SMALL_STEP_MS;
}

/** The start of the period in which a moving window has what is set aside. */
const HELD = -1;

/** Spending leaves a moving window part by part; what is set aside stays as long as its call takes. */
function movingWindow(seconds: number): Periods {
  const length = seconds * 1000;
  const part = Math.ceil(length / PARTS);
  const nth = (n: number): Period => ({
    start: n * part,
    end: (n + 1) * part,
    until: (n + 1) * part + length,
  });
  let current: (Span & { readonly n: number }) | undefined;
  return {
    seconds,
    at(time) {
      const n = Math.floor(time / part);
      if (current && n <= current.n && isIn(time, current.period)) return current;
      const period = nth(n);
      const held = { ...period, start: HELD };
      const parts = Array.from({ length: PARTS }, (_, back) => nth(n - back));
      current = { n, period, held, counted: [held, ...parts] };
      return current;
    },
  };
}
