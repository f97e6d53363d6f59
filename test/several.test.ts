import assert from 'node:assert/strict';
import { cp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  isWrapped,
} from '@opentelemetry/instrumentation';
import OpenAI from 'openai';
import { type Provider, startProvider } from './provider/server.ts';
import { App } from './support/app.ts';
import { temporaryFolder } from './support/fake-sdk.ts';
import { createMeter } from './support/meter.ts';
import { GPT, hello } from './support/setup.ts';

const { Completions } = OpenAI.Chat;
const seam = () => Object.getOwnPropertyDescriptors(OpenAI.prototype);
const untouched = { seam: seam(), create: Completions.prototype.create };

/** As other vendors' instrumentations do it: they wrap the resource's method, and watch its promise. */
class Other extends InstrumentationBase {
  declare seen: number;
  constructor() {
    super('other', '1', { enabled: false });
    this.seen = 0;
  }
  protected override init() {
    return new InstrumentationNodeModuleDefinition('openai', ['*']);
  }
  wrap(): void {
    this._wrap(Completions.prototype, 'create', (create) => {
      const note = () => {
        this.seen++;
      };
      return function (this: unknown, ...args: Parameters<typeof create>) {
        const promise = create.apply(this as never, args) as ReturnType<typeof create>;
        promise.then(note, note);
        return promise;
      } as typeof create;
    });
  }
  unwrap(): void {
    this._unwrap(Completions.prototype, 'create');
  }
}

/** One that wraps the very method that tokenmeter patches. */
function wrapSeam(): { seen: () => number; unwrap: () => void } {
  const prototype = OpenAI.prototype as unknown as { methodRequest: (...args: unknown[]) => unknown };
  const inner = prototype.methodRequest;
  let seen = 0;
  const outer = function (this: unknown, ...args: unknown[]) {
    seen++;
    return inner.apply(this, args);
  };
  prototype.methodRequest = outer;
  return {
    seen: () => seen,
    unwrap: () => {
      if (prototype.methodRequest === outer) prototype.methodRequest = inner;
    },
  };
}

describe('several in one process', () => {
  let server: Provider;
  let openai: OpenAI;
  before(async () => {
    server = await startProvider();
    openai = new OpenAI({ apiKey: 'test', baseURL: server.openaiUrl, maxRetries: 0 });
  });
  after(() => server.close());
  const call = () => openai.chat.completions.create({ model: GPT, messages: hello });

  test('the first meters; when it is disabled, the next does; with the last, every patch is out', async () => {
    const meters = [createMeter(), createMeter(), createMeter()] as const;
    const counts = async () => {
      await call();
      return meters.map((meter) => meter.takeSpans().length);
    };
    for (const { instrumentation } of meters) instrumentation.manuallyInstrument(OpenAI);
    const [first, second, third] = meters.map(({ instrumentation }) => instrumentation);
    assert.deepEqual(await counts(), [1, 0, 0]);
    second?.disable();
    assert.deepEqual(await counts(), [1, 0, 0]);
    first?.disable();
    assert.deepEqual(await counts(), [0, 0, 1]);
    second?.enable();
    first?.enable();
    assert.deepEqual(await counts(), [0, 0, 1]);
    third?.disable();
    assert.deepEqual(await counts(), [0, 1, 0], 'in the order in which they were enabled');
    first?.disable();
    second?.disable();
    assert.deepEqual(await counts(), [0, 0, 0]);
    assert.deepEqual(seam(), untouched.seam);
  });

  test('what was handed to one is not taken up by another', async () => {
    const [first, second] = [createMeter(), createMeter()];
    first.instrumentation.manuallyInstrument(OpenAI);
    first.instrumentation.disable();
    assert.deepEqual(seam(), untouched.seam);
    await call();
    assert.equal(second.takeSpans().length, 0);
    second.instrumentation.disable();
  });

  type Step = 'meter' | 'other' | 'unmeter' | 'unwrap';
  const orders: Step[][] = [
    ['meter', 'other', 'unmeter', 'unwrap'],
    ['meter', 'other', 'unwrap', 'unmeter'],
    ['other', 'meter', 'unmeter', 'unwrap'],
    ['other', 'meter', 'unwrap', 'unmeter'],
  ];
  for (const order of orders) {
    test(`another instrumentation on the resources: ${order.join(', ')}`, async () => {
      const meter = createMeter();
      const other = new Other();
      const steps = {
        meter: () => meter.instrumentation.manuallyInstrument(OpenAI),
        unmeter: () => meter.instrumentation.disable(),
        other: () => other.wrap(),
        unwrap: () => other.unwrap(),
      };
      const on = { meter: 0, other: 0 };
      for (const step of order) {
        steps[step]();
        if (step === 'meter' || step === 'other') on[step] = 1;
        else on[step === 'unmeter' ? 'meter' : 'other'] = 0;
        other.seen = 0;
        const { usage } = await call();
        assert.equal(usage?.prompt_tokens, 1000);
        assert.deepEqual({ meter: meter.takeSpans().length, other: other.seen }, on, `after ${step}`);
      }
      assert.ok(!isWrapped(Completions.prototype.create));
      assert.equal(Completions.prototype.create, untouched.create);
      assert.deepEqual(seam(), untouched.seam);
    });

    test(`another instrumentation on the seam itself: ${order.join(', ')}`, async () => {
      const meter = createMeter();
      let other: ReturnType<typeof wrapSeam> | undefined;
      for (const step of order) {
        if (step === 'meter') meter.instrumentation.manuallyInstrument(OpenAI);
        else if (step === 'unmeter') meter.instrumentation.disable();
        else if (step === 'other') other = wrapSeam();
        else other?.unwrap();
        const seen = other?.seen() ?? 0;
        await call();
        const metered =
          order.indexOf(step) >= order.indexOf('meter') && order.indexOf(step) < order.indexOf('unmeter');
        assert.equal(meter.takeSpans().length, metered ? 1 : 0, `after ${step}`);
        const wrapped =
          order.indexOf(step) >= order.indexOf('other') && order.indexOf(step) < order.indexOf('unwrap');
        if (wrapped) assert.equal((other?.seen() ?? 0) - seen, 1, `after ${step}`);
      }
      restoreSeam();
    });
  }

  test('a meter whose patch lies under another, disabled and enabled again, counts once', async () => {
    const meter = createMeter();
    meter.instrumentation.manuallyInstrument(OpenAI);
    const other = wrapSeam();
    meter.instrumentation.disable();
    meter.instrumentation.enable();
    await call();
    assert.equal(meter.takeSpans().length, 1);
    assert.equal(other.seen(), 1);
    meter.instrumentation.disable();
    restoreSeam();
  });

  test('a second copy of the package does not patch twice, says so once, and takes over', async () => {
    await using folder = await temporaryFolder();
    const copy = await copyPackage(folder.path);
    const app = await runTwoCopies(folder.path, copy);
    assert.deepEqual(app.counts, [
      { first: 1, second: 0 },
      { first: 0, second: 1 },
      { first: 0, second: 0 },
    ]);
    assert.equal(app.stderr.match(/openai is metered already/g)?.length, 1, app.stderr);
  });

  /** Another that comes second must not find the loader's hooks taken. */
  for (const first of ['tokenmeter', 'other'] as const) {
    test(`another instrumentation registers import-in-the-middle too; ${first} is first`, async () => {
      await using folder = await temporaryFolder();
      await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
      const other = join(folder.path, 'other.mjs');
      await writeFile(
        other,
        `import * as module from 'node:module';
         import { register, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
         import { Hook } from 'import-in-the-middle';
         if (supportsSyncHooks()) register({ include: ['openai'] });
         else module.register('import-in-the-middle/hook.mjs', import.meta.url);
         new Hook(['openai'], (exports, name) => console.log('other saw', name, typeof exports.OpenAI));`,
      );
      const app = join(folder.path, 'app.mjs');
      await writeFile(
        app,
        `import OpenAI from 'openai';
         console.log('patched', Object.hasOwn(OpenAI.prototype, Symbol.for('tokenmeter.patched')));`,
      );
      const preloads = ['tokenmeter/register', other];
      if (first === 'other') preloads.reverse();
      const flags = preloads.flatMap((preload) => ['--import', preload]);
      const child = new App([...flags, app], { OTEL_METRICS_EXPORTER: 'none' });
      assert.equal(await child.exit, 0, child.stderr);
      assert.match(child.stdout, /^patched true$/m);
      assert.match(child.stdout, /^other saw openai function$/m);
      assert.doesNotMatch(child.stderr, /synchronous hooks have already|fault/);
    });
  }

  function restoreSeam(): void {
    Object.defineProperties(OpenAI.prototype, untouched.seam);
    assert.deepEqual(seam(), untouched.seam);
  }

  /** With its own path, and so its own module state. */
  async function copyPackage(folder: string): Promise<string> {
    await cp(join(root, 'dist'), join(folder, 'copy/dist'), { recursive: true });
    await cp(join(root, 'package.json'), join(folder, 'copy/package.json'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    return join(folder, 'copy/dist/index.js');
  }

  async function runTwoCopies(folder: string, copy: string) {
    const file = join(folder, 'app.mjs');
    await writeFile(file, TWO_COPIES);
    const app = new App([file, join(root, 'dist/index.js'), copy], {
      TEST_OPENAI_URL: server.openaiUrl,
      OTEL_LOG_LEVEL: 'WARN',
    });
    assert.equal(await app.exit, 0, app.stderr);
    return { counts: JSON.parse(app.stdout) as object[], stderr: app.stderr };
  }
});

const root = new URL('../', import.meta.url).pathname;
const TWO_COPIES = `
  const start = async (file) => {
    const { startTokenmeter } = await import(file);
    const meter = startTokenmeter({ prometheus: { port: 0 } });
    return { meter, url: await meter.metricsUrl };
  };
  const first = await start(process.argv[2]);
  const second = await start(process.argv[3]);
  const { default: OpenAI } = await import('openai');
  const openai = new OpenAI({ apiKey: 'test', baseURL: process.env.TEST_OPENAI_URL });
  const counts = [];
  const before = { first: 0, second: 0 };
  const read = async ({ url }) => {
    const text = await fetch(url + '?zero_first=false').then((response) => response.text(), () => '');
    return Number(/^tokenmeter_requests_total.* (\\d+)$/m.exec(text)?.[1] ?? 0);
  };
  async function count() {
    await openai.chat.completions.create({ model: 'gpt-4.1@in=10,out=5', messages: [{ role: 'user', content: 'Hello' }] });
    const now = { first: await read(first), second: await read(second) };
    counts.push({ first: now.first - before.first, second: now.second - before.second });
    Object.assign(before, now);
  }
  await count();
  first.meter.instrumentation.disable();
  await count();
  second.meter.instrumentation.disable();
  await count();
  console.log(JSON.stringify(counts));
  await first.meter.shutdown();
  await second.meter.shutdown();
`;
