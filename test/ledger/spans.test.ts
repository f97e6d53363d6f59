import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spansOf } from '../../src/ledger/reports/spans.ts';

function hours(timeZone: string, from: string, to: string) {
  return spansOf(Date.parse(from), Date.parse(to), 'hour', timeZone).map(
    ({ label, from: start, to: end }) => `${label.slice(11)} ${(end - start) / 60_000}`,
  );
}

describe('hours of a report where clocks change', () => {
  test('by an hour: it is left out, or comes twice', () => {
    assert.deepEqual(hours('Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T02:00Z'), [
      '01:00+01:00 60',
      '03:00+02:00 60',
    ]);
    assert.deepEqual(hours('Europe/Berlin', '2026-10-25T00:00Z', '2026-10-25T02:00Z'), [
      '02:00+02:00 60',
      '02:00+01:00 60',
    ]);
  });

  test('by half an hour: an hour has half of its length, and those that follow begin as before', () => {
    assert.deepEqual(hours('Australia/Lord_Howe', '2026-04-04T14:00Z', '2026-04-04T16:30Z'), [
      '01:00+11:00 60',
      '01:30+10:30 30',
      '02:00+10:30 60',
    ]);
    assert.deepEqual(hours('Australia/Lord_Howe', '2026-10-03T14:30Z', '2026-10-03T17:00Z'), [
      '01:00+10:30 60',
      '02:30+11:00 30',
      '03:00+11:00 60',
    ]);
  });
});
