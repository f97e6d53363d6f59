import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { NODE_RANGES } from '../src/doctor/check-runtime.ts';
import { inRange } from '../src/loading/version-range.ts';

test('inRange', () => {
  const inside = [
    '4.20.0',
    '4.20.1',
    '4.100.0',
    '5.0.0',
    '7.57.0',
    '7.999.999',
    '7.0.0-beta.1',
    '7.1.0+build',
  ];
  const outside = ['4.19.9', '3.99.99', '8.0.0', '8.0.0-beta.1', '10.0.0', '0.0.0', 'unknown', ''];
  for (const version of inside) assert.ok(inRange(version, '>=4.20.0 <8'), version);
  for (const version of outside) assert.ok(!inRange(version, '>=4.20.0 <8'), version);
  assert.ok(inRange('8.0.0', '>7 <=8') && !inRange('8.0.1', '>7 <=8') && !inRange('7.0.0', '>7'));
});

test("the doctor's versions of Node are those of package.json", async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(text) as { engines: { node: string } };
  const caret = (range: string) =>
    range.replace(/\^((\d+)\S*)/, (_, from, major) => `>=${from} <${Number(major) + 1}`);
  assert.deepEqual(engines.node.split(' || ').map(caret), NODE_RANGES);
});
