import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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

  test('a clock that is set back a little does not bring a period back', () => {
    const all = periods({ period: 'hour' });
    const now = all.at(Date.parse('2026-11-22T10:30Z'));
    assert.equal(all.at(Date.parse('2026-11-22T09:45Z')), now);
    assert.notEqual(all.at(Date.parse('2026-11-22T11:00Z')), now);
  });
});

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
});
