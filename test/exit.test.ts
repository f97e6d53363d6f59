import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from './support/app.ts';

/** An app with something to export at its end: where, is said on its standard output. */
function start(source: string): App {
  const script = `
    import { startTokenmeter } from 'tokenmeter';
    import OpenAI from 'openai';
    const openai = new OpenAI({ apiKey: 'none', fetch: async () => Response.json({ usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 } }) });
    const call = (user) => openai.chat.completions.create({ model: 'gpt-4.1', messages: [], user });
    const meter = () => startTokenmeter().instrumentation.manuallyInstrument(OpenAI);
    const ready = () => { console.log('ready'); return setInterval(() => {}, 1000); };
    ${source}
  `;
  return new App(['--input-type=module', '-e', script], { OTEL_METRICS_EXPORTER: 'console' });
}

const exported = (app: App, user: string) => app.stdout.includes(`'user.id': '${user}'`);

async function signalled(app: App, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  await app.find(/^ready$/m);
  app.process.kill(signal);
  await app.exit;
  return app.process.signalCode;
}

describe('the end of a process', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal}: what is left is exported, and it ends by that signal`, async () => {
      const app = start("meter(); await call('ann'); ready();");
      assert.equal(await signalled(app, signal), signal);
      assert.ok(exported(app, 'ann'));
    });
  }

  for (const [when, before, after] of [
    ['before', 'handle();', ''],
    ['after', '', 'handle();'],
  ]) {
    for (const how of ['on', 'once', 'prependListener']) {
      test(`by a signal that the app has handled (${how}, ${when} the meter): as long as the app wants`, async () => {
        const app = start(`
          let alive;
          const handle = () => process.${how}('SIGTERM', async () => {
            console.log('graceful begins');
            await new Promise((resolve) => setTimeout(resolve, 100));
            await call('late');
            console.log('graceful done');
            clearInterval(alive);
          });
          ${before}
          meter();
          ${after}
          await call('ann');
          alive = ready();
        `);
        assert.equal(await signalled(app, 'SIGTERM'), null, app.stderr);
        assert.equal(app.process.exitCode, 0);
        assert.match(app.stdout, /graceful done/);
        assert.ok(exported(app, 'ann') && exported(app, 'late'));
      });
    }
  }

  test('by a package that ends the process if nobody else listens, as signal-exit does', async () => {
    const app = start(`
      const listener = () => {
        if (process.listeners('SIGTERM').length > 1) return;
        process.off('SIGTERM', listener);
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', listener);
      meter();
      await call('ann');
      ready();
    `);
    assert.equal(await signalled(app, 'SIGTERM'), 'SIGTERM');
  });

  test('by itself, once', async () => {
    const app = start("meter(); await call('ann');");
    assert.equal(await app.exit, 0);
    assert.ok(exported(app, 'ann'));
  });
});
