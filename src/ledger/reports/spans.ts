import { Temporal } from 'temporal-polyfill';
import { LedgerError } from '../errors.ts';
import type { Moment, TimeDimension } from './types.ts';

/** Milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  /** What it is called in a report; empty for one that is not part of a series. */
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** More than ten years of days. */
const MAX_SPANS = 5000;

export function startOf(moment: Moment, timeZone: string): number {
  return momentOf(moment, timeZone, (day) => day);
}

/** A day is meant as a whole. */
export function endOf(moment: Moment, timeZone: string): number {
  return momentOf(moment, timeZone, (day) => day.add({ days: 1 }));
}

/** Today, in a time zone. */
export function today(timeZone: string): string {
  return Temporal.Now.plainDateISO(checkZone(timeZone)).toString();
}

export function daysBefore(day: string, days: number): string {
  return Temporal.PlainDate.from(day).subtract({ days }).toString();
}

/** The hours, days or months that a time consists of, each as long as it is there: 23 hours, or 25, too. */
export function spansOf(from: number, to: number, unit: TimeDimension | undefined, timeZone: string): Span[] {
  checkZone(timeZone);
  if (unit === undefined) return [{ label: '', from, to }];
  const spans: Span[] = [];
  let start = floor(from, unit, timeZone);
  while (start.epochMilliseconds < to) {
    if (spans.length === MAX_SPANS)
      throw new LedgerError(`more than ${MAX_SPANS} ${unit}s: ask for a shorter time, or for longer steps`);
    const end = start.add({ [`${unit}s`]: 1 });
    spans.push({
      label: labelOf(start, unit),
      from: Math.max(from, start.epochMilliseconds),
      to: Math.min(to, end.epochMilliseconds),
    });
    start = end;
  }
  return spans;
}

function floor(time: number, unit: TimeDimension, timeZone: string): Temporal.ZonedDateTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
  if (unit === 'hour') return zoned.round({ smallestUnit: 'hour', roundingMode: 'floor' });
  const day = zoned.startOfDay();
  return unit === 'day' ? day : day.with({ day: 1 }).startOfDay();
}

function labelOf(start: Temporal.ZonedDateTime, unit: TimeDimension): string {
  const date = start.toPlainDate().toString();
  if (unit === 'day') return date;
  if (unit === 'month') return date.slice(0, 7);
  // With the offset: when clocks are set back, an hour comes twice.
  return `${date}T${String(start.hour).padStart(2, '0')}:00${start.offset}`;
}

function momentOf(
  moment: Moment,
  timeZone: string,
  shift: (day: Temporal.PlainDate) => Temporal.PlainDate,
): number {
  if (typeof moment === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(moment)) {
    try {
      const day = shift(Temporal.PlainDate.from(moment));
      return day.toZonedDateTime({ timeZone: checkZone(timeZone) }).epochMilliseconds;
    } catch (cause) {
      if (cause instanceof LedgerError) throw cause;
      throw badMoment(moment);
    }
  }
  const time = new Date(moment).getTime();
  if (Number.isNaN(time)) throw badMoment(moment);
  return time;
}

function badMoment(moment: Moment): LedgerError {
  return new LedgerError(
    `${JSON.stringify(String(moment))} is no day such as 2026-07-01, nor a time such as 2026-07-01T12:00Z`,
  );
}

function checkZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new LedgerError(`${JSON.stringify(timeZone)} is no time zone, such as Europe/Berlin or UTC`);
  }
}
