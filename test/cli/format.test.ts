import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { table } from '../../src/cli/report/format.ts';

const COLUMNS = [
  { title: 'user', isText: true },
  { title: 'requests' },
  { title: 'input' },
  { title: 'cost' },
];
const ROW = ['somebody-with-a-long-id', '1,234', '1,234,567', '$1,234.56'];
const lines = (rows: readonly (readonly string[])[], width?: number) =>
  stripVTControlCharacters(table(COLUMNS, rows, width)).split('\n');

test('texts are cut where a terminal is narrow, rows are folded where it is too narrow for that', () => {
  assert.deepEqual(lines([ROW], 48), [
    'user              requests      input       cost',
    'somebody-with-a…     1,234  1,234,567  $1,234.56',
  ]);
  const narrow = lines([ROW, ROW], 24);
  assert.deepEqual(narrow.slice(0, 6), [
    'user      somebody-with…',
    'requests  1,234',
    'input     1,234,567',
    'cost      $1,234.56',
    '',
    'user      somebody-with…',
  ]);
});

test('no id moves the cursor, nor turns the text around', () => {
  const [, line] = lines([['a\x1b[31mb\u202ec\u2066d\u2028e\r', '1', '2', '3']]);
  assert.match(line ?? '', /^ab\uFFFDc\uFFFDd\uFFFDe\uFFFD /);
});
