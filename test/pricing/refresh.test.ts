import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import timers from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { refreshPrices } from '../../src/pricing/refresh.ts';
import { parseTable } from '../../src/pricing/schema.ts';
import { table } from '../../src/pricing/table.ts';
import type { PriceTable } from '../../src/pricing/types.ts';
import { App } from '../support/app.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const newer = { ...table, version: 'newer' };

type Changes = { -readonly [K in keyof PriceTable]: unknown } & {
  readonly providers: Record<string, { models: Record<string, object[]>; aliases: Record<string, string> }>;
};

/** The package's own table, changed. */
function changed(change: (table: Changes) => void): string {
  const copy = JSON.parse(JSON.stringify(table)) as Changes;
  change(copy);
  return JSON.stringify(copy);
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const entry = { from: '2026-01-01', verifiedAt: '2026-01-01', source: 's', rates: { input: 1 } };
const withPrices = (...prices: object[]) =>
  changed(({ providers }) => {
    Object.assign(providers.openai?.models ?? {}, { m: prices });
  });
const withPrice = (price: object) => withPrices({ ...entry, ...price });

describe('a table from elsewhere', () => {
  test('the one of the package is what `tokenmeter models --json` prints', async () => {
    assert.deepEqual(await parseTable(JSON.stringify(table)), JSON.parse(JSON.stringify(table)));
  });

  test('may be written with line breaks, and have more models', async () => {
    const more = changed(({ providers }) => {
      const models = providers.openai?.models ?? {};
      const prices = Object.entries(models);
      for (let copy = 0; copy < 3; copy++)
        for (const [model, price] of prices) models[`copy-${copy}-${model}`] = price;
    });
    const { providers } = await parseTable(JSON.stringify(JSON.parse(more), undefined, 2));
    assert.ok(Object.keys(providers.openai?.models ?? {}).length > 400);
  });

  const openai = table.providers.openai;
  const refused: Readonly<Record<string, string>> = {
    'no table': '[]',
    'a negative rate': withPrice({ rates: { input: -1 } }),
    'a part of a pico-dollar': withPrice({ rates: { input: 0.5 } }),
    'a rate beyond the safe integers': withPrice({ rates: { input: 2 ** 60 } }),
    'a rate that nothing costs': withPrice({ rates: { input: 2 ** 53 - 1 } }),
    'a rate that nothing costs, of a tier': withPrice({ tiers: { flex: { rates: { output: 1e11 } } } }),
    'a fee that nothing costs': withPrice({ toolFees: { web_search: 2 ** 53 - 1 } }),
    'an image that nothing costs': withPrice({ units: { image: { 'hd/1x1': 2 ** 53 - 1 } } }),
    'a string': withPrice({ rates: { input: '1' } }),
    'an unknown class': withPrice({ rates: { input: 1, thoughts: 1 } }),
    'no day': withPrice({ from: 'yesterday' }),
    'a day that no calendar has': withPrice({ from: '2026-02-31' }),
    'a limit below 1': withPrice({ threshold: { aboveInputTokens: -5, rates: { input: 2 } } }),
    'a span that ends before it begins': withPrices({ ...entry, until: '2025-01-01' }),
    'spans that overlap': withPrices(
      { ...entry, until: '2026-03-02' },
      { ...entry, from: '2026-03-01', rates: { input: 2 } },
    ),
    'a span without an end before another': withPrices(entry, { ...entry, from: '2026-03-01' }),
    'spans out of order': withPrices(
      { ...entry, from: '2026-03-01' },
      { ...entry, until: '2026-03-01', rates: { input: 2 } },
    ),
    'a verification in the future': withPrice({ verifiedAt: inDays(3) }),
    'a date in the future': changed((copy) => {
      copy.date = '9999-12-31';
    }),
    'a date that no calendar has': changed((copy) => {
      copy.date = '2026-02-31';
    }),
    'an older table than the one in use': changed((copy) => {
      copy.date = '2026-01-01';
    }),
    'no providers': JSON.stringify({ version: 'evil', date: table.date, providers: {} }),
    'no openai': changed(({ providers }) => {
      delete providers.openai;
    }),
    'no models of anthropic': changed(({ providers }) => {
      providers.anthropic = { models: {}, aliases: {} };
    }),
    'models without prices': changed(({ providers }) => {
      for (const model in openai?.models) Object.assign(providers.openai?.models ?? {}, { [model]: [] });
    }),
    'models that cost nothing': changed(({ providers }) => {
      const free = [{ ...entry, rates: { input: 0, output: 0 } }];
      for (const model in openai?.models) Object.assign(providers.openai?.models ?? {}, { [model]: free });
    }),
    'an alias of an unknown model': changed(({ providers }) => {
      Object.assign(providers.openai?.aliases ?? {}, { 'gpt-4o-new': 'nothing' });
    }),
    'an alias that is a model itself': changed(({ providers }) => {
      Object.assign(providers.openai?.aliases ?? {}, { 'gpt-4o': 'gpt-4o-mini' });
    }),
    'a prototype': JSON.stringify(table).replace('"providers":{', '"providers":{"__proto__":{},"x":1,'),
  };
  for (const [name, text] of Object.entries(refused)) {
    test(`${name} is refused`, () => assert.rejects(parseTable(text), TypeError));
  }

  test('a price that begins in the future, an open end and a day of tolerance are fine', async () => {
    const later = { ...entry, from: inDays(90), rates: { input: 2 } };
    await parseTable(withPrices({ ...entry, until: inDays(90) }, later));
    await parseTable(withPrices(entry));
    await parseTable(withPrice({ verifiedAt: inDays(1) }));
  });

  test('is not parsed where that would be much work', async () => {
    const time = async (work: () => unknown) => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const bombs = [
      `${'['.repeat(500_000)}1${']'.repeat(500_000)}`,
      `{${Array.from({ length: 90_000 }, (_, key) => `"k${key}":1`)}}`,
    ];
    for (const bomb of bombs) {
      const parsing = await time(() => JSON.parse(bomb));
      const refusing = await time(() => assert.rejects(parseTable(bomb), /it has more than|it is nested/));
      assert.ok(refusing < parsing / 4, `${refusing} ms, and ${parsing} ms to parse it`);
    }
  });

  test('is checked in turns', async () => {
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    await parseTable(JSON.stringify(table));
    running = false;
    assert.ok(turns >= 3, `${turns} turns`);
  });
});

describe('refresh', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());

  /** What one look brings: a table, or the warning that tells why not. */
  async function look(from: string): Promise<PriceTable | string> {
    let stop = () => {};
    try {
      return await new Promise<PriceTable | string>((resolve) => {
        const warn = (...said: unknown[]) => resolve(said.map(String).join(' '));
        diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
        stop = refreshPrices({ from }, resolve);
      });
    } finally {
      stop();
      diag.disable();
    }
  }

  /** A process that refreshes its prices, tells the version of the first table, and ends. */
  function startApp(from: string, env: Record<string, string> = {}) {
    // The matrix runs it compiled, as .js.
    return new App([import.meta.filename.replace('refresh.test', 'refresh-app'), from], env);
  }

  interface Answer {
    readonly status?: number;
    readonly body: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
  }

  /** An answer that is missing never comes. */
  async function serve(answer: (url: string, login?: string) => Answer | undefined) {
    const server = createServer(({ url = '', headers: { authorization } }, response) => {
      const given = answer(url, authorization);
      if (given === undefined) return;
      const { status = 200, body, headers } = given;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close().closeAllConnections() };
  }

  test('from a file', async () => {
    const path = join(folder.path, 'good.json');
    await writeFile(path, JSON.stringify(newer));
    assert.equal(((await look(path)) as PriceTable).version, 'newer');
    assert.equal(((await look(`file://${path}`)) as PriceTable).version, 'newer');
  });

  test('from a server', async () => {
    const server = await serve((_, login) => {
      const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
      return login === expected ? { body: JSON.stringify(newer) } : { status: 401, body: '' };
    });
    assert.equal(((await look(server.url.replace('//', '//me:p%40ss@'))) as PriceTable).version, 'newer');
    server.close();
  });

  test('a fault is told once, without what is secret in the URL, and no table is taken', async () => {
    const huge = Buffer.alloc(11_000_000, ' ');
    const packed = { body: gzipSync(huge), headers: { 'content-encoding': 'gzip' } };
    const server = await serve(
      (url) =>
        new Map<string, Answer>([
          ['/huge', { body: huge }],
          ['/packed', packed],
          ['/loop', { status: 302, body: '', headers: { location: url } }],
        ]).get(url.split('?')[0] ?? '') ?? { status: 503, body: '{}' },
    );
    const { host } = new URL(server.url);
    for (const path of ['/down', '/huge', '/packed', '/loop']) {
      const warning = await look(`http://name:secret@${host}${path}?token=secret`);
      assert.match(String(warning), /the last good ones stay/);
      assert.doesNotMatch(String(warning), /secret/);
    }
    server.close();
  });

  test('what a server sends elsewhere is followed', async () => {
    const server = await serve((url) =>
      url === '/there'
        ? { body: JSON.stringify(newer) }
        : { status: 302, body: '', headers: { location: '/there' } },
    );
    assert.equal(((await look(server.url)) as PriceTable).version, 'newer');
    server.close();
  });

  test('a URL that is none is not told: it may have a password in it', async () => {
    const warning = await look('http://name:secret@host:99999999/');
    assert.match(String(warning), /the last good ones stay.*this is no URL/);
    assert.doesNotMatch(String(warning), /secret/);
  });

  test('a server that is not there', async () => {
    const server = await serve(() => undefined);
    server.close();
    assert.match(String(await look(server.url)), /the last good ones stay.*ECONNREFUSED/);
  });

  test('the thread that asks a server loads nothing of the app', async () => {
    const server = await serve(() => ({ body: JSON.stringify(newer) }));
    const preload = join(folder.path, 'preload.cjs');
    await writeFile(preload, "require('node:fs').appendFileSync(__dirname + '/loaded', '.')");
    const app = startApp(server.url, { NODE_OPTIONS: `--require=${preload}` });
    assert.equal(await app.finish(), 0, app.stderr);
    assert.equal(app.stdout, 'newer\n');
    assert.equal(await readFile(join(folder.path, 'loaded'), 'utf8'), '.');
    server.close();
  });

  test('keeps no process from its end, whoever does not answer', async () => {
    const silent = await serve(() => undefined);
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const from of [silent.url, pipe]) {
      const app = startApp(from, { STAY_MS: '0' });
      const late = timers.setTimeout(20_000, 'it did not end', { ref: false });
      assert.equal(await Promise.race([app.finish(), late]), 0, app.stderr);
    }
    silent.close();
  });

  test('a pipe, a folder or a device is no file', async () => {
    const pipe = join(folder.path, 'other-pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder.path, '/dev/zero'])
      assert.match(String(await look(path)), /the last good ones stay.*it is not a file/);
  });

  test('an older table than the last one is refused', async () => {
    const last = { ...newer, date: inDays(1) };
    await parseTable(JSON.stringify(last));
    await assert.rejects(parseTable(JSON.stringify(newer), last), /is before .*, that of the table in use/);
  });

  test('a file that is not there, or no table', async () => {
    const path = join(folder.path, 'broken.json');
    await writeFile(path, '{"version": 1}');
    assert.match(String(await look(path)), /the last good ones stay/);
    assert.match(String(await look(join(folder.path, 'missing.json'))), /the last good ones stay/);
  });
});
