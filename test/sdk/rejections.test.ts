import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../support/app.ts';

test('a rejection is as handled or unhandled as without the meter', async () => {
  // In a process of its own: the test runner takes unhandled rejections for failures.
  // The matrix runs it compiled, as .js.
  const file = import.meta.filename.replace('rejections.test', 'rejections-app');
  const app = new App([file], {});
  assert.equal(await app.finish(), 0, app.stderr);
  const results = JSON.parse(app.stdout) as Record<string, { bare: number; metered: number }>;
  assert.equal(Object.keys(results).length, 12);
  assert.ok(Object.values(results).some(({ bare }) => bare > 0));
  for (const [use, { bare, metered }] of Object.entries(results)) assert.equal(metered, bare, use);
});
