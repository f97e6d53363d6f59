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

const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** More than ten years of days. */
export const MAX_SPANS = 5000;

export function startOf(moment: Moment, timeZone: string): number {
  return momentOf(moment, timeZone, (day) => day);
}

/** A day is meant as a whole. */
export function endOf(moment: Moment, timeZone: string): number {
  return momentOf(moment, timeZone, (day) => day.add({ days: 1 }));
}

/** @throws {LedgerError} for what is no day such as `2026-07-01`. */
export function checkDay(day: string): string {
  if (!IS_DAY.test(day)) throw new LedgerError(`${JSON.stringify(day)} is no day such as 2026-07-01`);
  startOf(day, 'UTC');
  return day;
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
    const end = next(start, unit);
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

/** The begin of what follows, which is not always as long after midnight: some zones set clocks forward at midnight. */
function next(start: Temporal.ZonedDateTime, unit: TimeDimension): Temporal.ZonedDateTime {
  if (unit !== 'hour') {
    const day = start.toPlainDate().add({ [`${unit}s`]: 1 });
    return day.toZonedDateTime({ timeZone: start.timeZoneId });
  }
  const hourLater = start.add({ hours: 1 });
  // A zone that sets its clocks by half an hour has two half hours then.
  const full = start.add({ minutes: 1 }).round({ smallestUnit: 'hour', roundingMode: 'ceil' });
  return Temporal.ZonedDateTime.compare(hourLater, full) < 0 ? hourLater : full;
}

function labelOf(start: Temporal.ZonedDateTime, unit: TimeDimension): string {
  const date = start.toPlainDate().toString();
  if (unit === 'day') return date;
  if (unit === 'month') return date.slice(0, 7);
  // With the offset: when clocks are set back, an hour comes twice.
  return `${date}T${start.toPlainTime().toString({ smallestUnit: 'minute' })}${start.offset}`;
}

function momentOf(
  moment: Moment,
  timeZone: string,
  shift: (day: Temporal.PlainDate) => Temporal.PlainDate,
): number {
  if (typeof moment === 'string' && IS_DAY.test(moment)) {
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
