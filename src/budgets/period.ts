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
  const firstDay = 1 + WEEKDAYS.indexOf(weekStartsOn);
  let current: Span | undefined;
  return {
    seconds: SECONDS[period],
    at(time) {
      if (current && time >= current.period.start && time < current.period.end) return current;
      const [start, end] =
        period === 'hour' ? hourAround(time, timeZone) : daysAround(time, timeZone, period, firstDay);
      const found = { start, end, until: end };
      current = { period: found, held: found, counted: [found] };
      return current;
    },
  };
}

type Bounds = readonly [start: number, end: number];

const HOUR_MS = SECONDS.hour * 1000;

/** By local clocks, and cut where these change: by half an hour, or not at a full hour. */
function hourAround(time: number, timeZone: string): Bounds {
  const offset = offsetAt(time, timeZone);
  const local = time + offset;
  const start = Math.floor(local / HOUR_MS) * HOUR_MS - offset;
  const end = start + HOUR_MS;
  return [
    offsetAt(start, timeZone) === offset ? start : changeBetween(start, time, timeZone),
    offsetAt(end - 1, timeZone) === offset ? end : changeBetween(time, end - 1, timeZone),
  ];
}

function zonedAt(time: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
}

function offsetAt(time: number, timeZone: string): number {
  return zonedAt(time, timeZone).offsetNanoseconds / 1e6;
}

/** The first moment of another offset than that of `from`. */
function changeBetween(from: number, to: number, timeZone: string): number {
  const before = offsetAt(from, timeZone);
  let [last, first] = [from, to];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(middle, timeZone) === before) last = middle;
    else first = middle;
  }
  return first;
}

type Days = 'day' | 'week' | 'month';

const FIRST: Record<Days, (date: Temporal.PlainDate, firstDay: number) => Temporal.PlainDate> = {
  day: (date) => date,
  week: (date, firstDay) => date.subtract({ days: (date.dayOfWeek - firstDay + 7) % 7 }),
  month: (date) => date.with({ day: 1 }),
};

/** Reckoned in dates: where clocks skip midnight, a time of day would lead to another day. */
function daysAround(time: number, timeZone: string, unit: Days, firstDay: number): Bounds {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone }).epochMilliseconds;
  const first = FIRST[unit](zonedAt(time, timeZone).toPlainDate(), firstDay);
  const next = first.add({ [`${unit}s`]: 1 });
  const end = startOf(next);
  // Clocks set back over midnight show the old date again: the new day has begun nevertheless.
  return time < end ? [startOf(first), end] : [end, startOf(next.add({ [`${unit}s`]: 1 }))];
}

/** The start of the period in which a moving window has what is set aside. It is always in use. */
export const HELD = -1;

/** A clock that is set back a little does not make a window forget. */
const SMALL_STEP_MS = 3_600_000;

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
      if (current && n <= current.n && time >= current.period.start - SMALL_STEP_MS) return current;
      const period = nth(n);
      const held = { ...period, start: HELD };
      const parts = Array.from({ length: PARTS }, (_, back) => nth(n - back));
      current = { n, period, held, counted: [held, ...parts] };
      return current;
    },
  };
}
