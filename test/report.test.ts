import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { hello, metered } from './support/setup.ts';

describe('warnings', () => {
  const setup = metered();
  const warnings: string[] = [];
  before(() => {
    const note = (...message: unknown[]) => warnings.push(message.join(' '));
    const logger = { error: note, warn: note, info() {}, debug() {}, verbose() {} } satisfies DiagLogger;
    diag.setLogger(logger, DiagLogLevel.WARN);
  });
  after(() => diag.disable());

  test('each kind of problem is told once, with what to look at', async () => {
    const ask = (model: string) => setup.openai.chat.completions.create({ model, messages: hello });
    for (let n = 0; n < 3; n++) {
      await ask('gpt-4.1@nousage');
      await ask('llama-9');
      await ask('llama-10');
    }
    const told = warnings.map((text) => text.replace(/^tokenmeter /, ''));
    assert.deepEqual(told, [
      'a call to openai (gpt-4.1@nousage) has no complete usage: no_usage. ' +
        'Such calls are counted in tokenmeter.unmetered.requests.',
      'a call to openai (llama-9) has no known price: unknown_model. ' +
        'Such calls are counted in tokenmeter.unpriced.requests.',
      'a call to openai (llama-10) has no known price: unknown_model. ' +
        'Such calls are counted in tokenmeter.unpriced.requests.',
    ]);
  });

  test('no warning carries message content', async () => {
    const content = 'a private question';
    const messages = [{ role: 'user' as const, content }];
    await setup.openai.chat.completions.create({ model: 'gpt-4.1@strings', messages });
    await assert.rejects(setup.openai.chat.completions.create({ model: 'gpt-4.1@status=500', messages }));
    assert.doesNotMatch(warnings.join('\n'), /private/);
  });
});
