import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { periodsOf } from '../../src/budgets/period.ts';
import type { Budget } from '../../src/budgets/types.ts';

const periods = (more: Partial<Budget>) => periodsOf({ name: 'x', period: 'day', ...more });
/** The period that a moment is in, as its first moment and the first that is not in it. */
const at = (more: Partial<Budget>, time: string) => {
  const { start, end } = periods(more).at(Date.parse(time)).period;
  return [start, end].map((moment) => new Date(moment).toISOString().replace(':00.000Z', 'Z'));
};

describe('calendar periods', () => {
  const berlin = { timeZone: 'Europe/Berlin' } as const;
  for (const [what, more, time, expected] of [
    ['an hour', { period: 'hour' }, '2026-11-22T10:59:59.999Z', ['2026-11-22T10:00Z', '2026-11-22T11:00Z']],
    [
      'an hour of a zone with half hours',
      { period: 'hour', timeZone: 'Asia/Kolkata' },
      '2026-11-22T10:10Z',
      ['2026-11-22T09:30Z', '2026-11-22T10:30Z'],
    ],
    ['a day in UTC', {}, '2026-11-22T00:00Z', ['2026-11-22T00:00Z', '2026-11-23T00:00Z']],
    ['a day of a zone', berlin, '2026-11-22T23:30Z', ['2026-11-22T23:00Z', '2026-11-23T23:00Z']],
    ['a day of 23 hours', berlin, '2026-03-29T12:00Z', ['2026-03-28T23:00Z', '2026-03-29T22:00Z']],
    ['a day of 25 hours', berlin, '2026-10-25T12:00Z', ['2026-10-24T22:00Z', '2026-10-25T23:00Z']],
    [
      'a day that begins at one o’clock',
      { timeZone: 'America/Santiago' },
      '2026-09-06T12:00Z',
      ['2026-09-06T04:00Z', '2026-09-07T03:00Z'],
    ],
    [
      'a week from Monday',
      { period: 'week' },
      '2026-11-22T12:00Z',
      ['2026-11-16T00:00Z', '2026-11-23T00:00Z'],
    ],
    [
      'a week from Sunday',
      { period: 'week', weekStartsOn: 'sunday' },
      '2026-11-22T12:00Z',
      ['2026-11-22T00:00Z', '2026-11-29T00:00Z'],
    ],
    [
      'a week over a change of the clock',
      { period: 'week', ...berlin },
      '2026-10-25T23:30Z',
      ['2026-10-25T23:00Z', '2026-11-01T23:00Z'],
    ],
    ['a month', { period: 'month' }, '2026-02-28T23:59Z', ['2026-02-01T00:00Z', '2026-03-01T00:00Z']],
    [
      'a month of a zone',
      { period: 'month', timeZone: 'Pacific/Auckland' },
      '2026-11-30T11:00Z',
      ['2026-11-30T11:00Z', '2026-12-31T11:00Z'],
    ],
    [
      'the last month of a year',
      { period: 'month' },
      '2026-12-31T23:59:59.999Z',
      ['2026-12-01T00:00Z', '2027-01-01T00:00Z'],
    ],
    ['a leap day', {}, '2028-02-29T23:00Z', ['2028-02-29T00:00Z', '2028-03-01T00:00Z']],
  ] as const) {
    test(what, () => assert.deepEqual(at(more, time), expected));
  }

  test('they follow each other without a gap for two years, in every kind of zone', () => {
    for (const timeZone of [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Casablanca',
    ]) {
      for (const period of ['day', 'week', 'month'] as const) {
        const all = periods({ period, timeZone });
        let { end } = all.at(Date.parse('2026-01-01T12:00Z')).period;
        while (end < Date.parse('2028-01-01T00:00Z')) {
          const next = all.at(end).period;
          assert.equal(next.start, end, `${timeZone} ${period}`);
          assert.ok(next.end > next.start);
          end = next.end;
        }
      }
    }
  });

  test('one that was far ahead, and is set right, does not stay there', () => {
    const all = periods({});
    all.at(Date.parse('2027-11-22T10:30Z'));
    assert.equal(all.at(Date.parse('2026-11-22T10:30Z')).period.start, Date.parse('2026-11-22'));
  });

  test('a clock that is set back is in the period that it shows', () => {
    const all = periods({ period: 'hour' });
    all.at(Date.parse('2026-11-22T10:30Z'));
    assert.equal(all.at(Date.parse('2026-11-22T09:45Z')).period.start, Date.parse('2026-11-22T09:00Z'));
  });
});

describe('where clocks change', () => {
  for (const [what, more, time, expected] of [
    [
      'half an hour back: the half hour before it',
      { period: 'hour', timeZone: 'Australia/Lord_Howe' },
      '2026-04-04T14:45Z',
      ['2026-04-04T14:00Z', '2026-04-04T15:00Z'],
    ],
    [
      'half an hour back: the half hour after it',
      { period: 'hour', timeZone: 'Australia/Lord_Howe' },
      '2026-04-04T15:10Z',
      ['2026-04-04T15:00Z', '2026-04-04T15:30Z'],
    ],
    [
      'half an hour forward: the half hour after it',
      { period: 'hour', timeZone: 'Australia/Lord_Howe' },
      '2026-10-03T15:45Z',
      ['2026-10-03T15:30Z', '2026-10-03T16:00Z'],
    ],
    [
      'not at a full hour: the part before it',
      { period: 'hour', timeZone: 'Pacific/Chatham' },
      '2026-09-26T13:20Z',
      ['2026-09-26T13:15Z', '2026-09-26T14:00Z'],
    ],
    [
      'not at a full hour: the part after it',
      { period: 'hour', timeZone: 'Pacific/Chatham' },
      '2026-09-26T14:10Z',
      ['2026-09-26T14:00Z', '2026-09-26T14:15Z'],
    ],
    [
      'a week whose first day has no last hour, asked in such an hour',
      { period: 'week', timeZone: 'America/Godthab', weekStartsOn: 'saturday' },
      '2026-04-04T00:30Z',
      ['2026-03-28T02:00Z', '2026-04-04T01:00Z'],
    ],
    [
      'a month whose first midnight is skipped',
      { period: 'month', timeZone: 'America/Asuncion' },
      '2017-10-15T12:00Z',
      ['2017-10-01T04:00Z', '2017-11-01T03:00Z'],
    ],
    [
      'a date that comes twice, around the next one',
      { timeZone: 'America/St_Johns' },
      '2010-11-07T03:00Z',
      ['2010-11-07T02:30Z', '2010-11-08T03:30Z'],
    ],
    [
      'a date that does not come',
      { timeZone: 'Pacific/Apia' },
      '2011-12-30T09:00Z',
      ['2011-12-29T10:00Z', '2011-12-30T10:00Z'],
    ],
  ] as const) {
    test(what, () => assert.deepEqual(at(more, time), expected));
  }

  test('in every zone: periods contain their moment, have no gap, and do not depend on what was asked before', () => {
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      for (const change of changesOf(timeZone, 2026)) {
        for (const [period, step, around] of [
          ['hour', 15 * MINUTE, 2.5 * 60 * MINUTE],
          ['day', 173 * MINUTE, 30 * 60 * MINUTE],
          ['week', 1440 * MINUTE, 8 * 1440 * MINUTE],
          ['month', 10_000 * MINUTE, 31 * 1440 * MINUTE],
        ] as const) {
          for (const weekStartsOn of period === 'week'
            ? (['monday', 'saturday', 'sunday'] as const)
            : [undefined]) {
            const more = { period, timeZone, ...(weekStartsOn && { weekStartsOn }) };
            const [up, down] = [periods(more), periods(more)];
            const times = [change - 1, change];
            for (let time = change - around; time <= change + around; time += step) times.push(time);
            const ascending = times.sort((a, b) => a - b).map((time) => up.at(time).period);
            const descending = times.toReversed().map((time) => down.at(time).period);
            const where = `${timeZone} ${period} ${weekStartsOn} ${new Date(change).toISOString()}`;
            assert.deepEqual(ascending, descending.reverse(), where);
            for (const [index, { start, end }] of ascending.entries()) {
              const time = times[index] as number;
              assert.ok(start <= time && time < end, `${where} ${new Date(time).toISOString()}`);
              assert.equal(up.at(end).period.start, end, where);
              assert.equal(up.at(start - 1).period.end, start, where);
            }
          }
        }
      }
    }
  });
});

const MINUTE = 60_000;

/** When the clocks of a zone are changed; New Year where they never are. */
function changesOf(timeZone: string, year: number): number[] {
  const changes: number[] = [];
  let zoned = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone });
  for (;;) {
    const next = zoned.getTimeZoneTransition('next');
    if (next?.year !== year) return changes.length > 0 ? changes : [Date.UTC(year, 0, 1)];
    changes.push(next.epochMilliseconds);
    zoned = next;
  }
}

describe('a moving window', () => {
  test('is made of 60 parts, and spending leaves it part by part', () => {
    const all = periods({ period: { rollingSeconds: 3600 } });
    const time = Date.parse('2026-11-22T10:30:30Z');
    const { period: now, held, counted } = all.at(time);
    const startsOf = (periods: typeof counted) =>
      periods.filter(({ start }) => start !== held.start).map(({ start }) => start);
    assert.ok(counted.includes(held), 'what is set aside, however long ago');
    assert.equal(startsOf(counted).length, 60);
    assert.equal(Math.max(...startsOf(counted)), now.start);
    assert.equal(now.end - Math.min(...startsOf(counted)), 3_600_000);
    const later = startsOf(all.at(time + 3_600_000).counted);
    assert.ok(Math.min(...later) > now.start, 'an hour later nothing of it is counted');
    assert.equal(all.at(time + 3_600_000).held.start, held.start);
    assert.ok(now.until >= Math.min(...later));
  });

  test('does not forget when the clock is set back a little', () => {
    const all = periods({ period: { rollingSeconds: 3600 } });
    const now = all.at(Date.parse('2026-11-22T10:30Z'));
    assert.equal(all.at(Date.parse('2026-11-22T09:45Z')), now);
    assert.notEqual(all.at(Date.parse('2026-11-22T09:00Z')), now);
  });
});
