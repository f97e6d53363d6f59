import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../support/app.ts';

test('odd answers: the app sees what it would see without the meter, and nothing leaks', async () => {
  // In a process of its own: the test runner takes unhandled rejections for failures.
  const main = new URL('./main.ts', import.meta.url).pathname;
  const app = new App([main, '--runs', '100', '--seed', '1'], {});
  assert.equal(await app.finish(), 0, app.stdout + app.stderr);
  assert.equal(app.stdout.match(/^ok /gm)?.length, 12);
});
