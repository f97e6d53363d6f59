import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from './support/app.ts';

const WARNING =
  /(\S+) was loaded before tokenmeter; its calls are not metered\. Start with `node --import tokenmeter\/register`, or call manuallyInstrument/g;

const start = `const meter = startTokenmeter({ prometheus: { port: 0 } });`;
const stop = `setTimeout(async () => { console.log(JSON.stringify((await meter.diagnose()).sdks)); await meter.shutdown(); }, 50);`;

interface Case {
  readonly type: 'module' | 'commonjs';
  readonly code: string;
  readonly flags?: readonly string[];
  /** Which SDKs the warning names. */
  readonly warns: readonly string[];
}

const cases: Record<string, Case> = {
  'an ES module, whose imports come first whatever its author wrote first': {
    type: 'module',
    code: `import { startTokenmeter } from 'tokenmeter'; ${start} import OpenAI from 'openai'; ${stop}`,
    warns: ['openai'],
  },
  'CommonJS, and both SDKs': {
    type: 'commonjs',
    code: `const OpenAI = require('openai'); require('@anthropic-ai/sdk');
      const { startTokenmeter } = require('tokenmeter'); ${start} ${stop}`,
    warns: ['openai', '@anthropic-ai/sdk'],
  },
  'the instrumentation alone': {
    type: 'module',
    code: `import '@anthropic-ai/sdk'; import { TokenmeterInstrumentation } from 'tokenmeter'; new TokenmeterInstrumentation();`,
    warns: ['@anthropic-ai/sdk'],
  },
  'an SDK that is handed over': {
    type: 'module',
    code: `import { startTokenmeter } from 'tokenmeter'; import OpenAI from 'openai'; ${start}
      meter.instrumentation.manuallyInstrument(OpenAI); ${stop}`,
    warns: [],
  },
  'an SDK that is handed over, in CommonJS': {
    type: 'commonjs',
    code: `const OpenAI = require('openai'); const { startTokenmeter } = require('tokenmeter'); ${start}
      meter.instrumentation.manuallyInstrument(OpenAI); ${stop}`,
    warns: [],
  },
  'the right order': {
    type: 'commonjs',
    code: `const { startTokenmeter } = require('tokenmeter'); ${start} require('openai'); ${stop}`,
    warns: [],
  },
  'an SDK that is preloaded before tokenmeter/register': {
    type: 'commonjs',
    code: '',
    flags: ['--require', 'openai', '--import', 'tokenmeter/register'],
    warns: ['openai'],
  },
  'an SDK that is preloaded after it': {
    type: 'commonjs',
    code: '',
    flags: ['--require', 'tokenmeter/register', '--require', 'openai'],
    warns: [],
  },
  'a meter that is disabled': {
    type: 'commonjs',
    code: `require('openai'); const { TokenmeterInstrumentation } = require('tokenmeter');
      new TokenmeterInstrumentation().disable();`,
    warns: [],
  },
};

describe('an SDK that was loaded first', () => {
  for (const [name, { type, code, flags = [], warns }] of Object.entries(cases)) {
    test(`${name}: ${warns.length > 0 ? 'a warning, once' : 'no warning'}`, async () => {
      const app = new App([...flags, `--input-type=${type}`, '-e', code], { OTEL_METRICS_EXPORTER: 'none' });
      assert.equal(await app.exit, 0, app.stderr);
      assert.deepEqual(
        [...app.stderr.matchAll(WARNING)].map(([, sdk]) => sdk).sort(),
        [...warns].sort(),
        app.stderr,
      );
      if (!app.stdout) return;
      const sdks = JSON.parse(app.stdout) as { module: string; metered: boolean }[];
      assert.ok(sdks.length > 0);
      for (const { module, metered } of sdks) assert.equal(metered, !warns.includes(module), app.stdout);
    });
  }
});
