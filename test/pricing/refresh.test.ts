import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { refreshPrices } from '../../src/pricing/refresh.ts';
import { parseTable } from '../../src/pricing/schema.ts';
import { table } from '../../src/pricing/table.ts';
import type { PriceTable } from '../../src/pricing/types.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';

const newer = { ...table, version: 'newer' };

describe('a table from elsewhere', () => {
  test('the one of the package is what `tokenmeter models --json` prints', () => {
    assert.deepEqual(parseTable(JSON.stringify(table)), JSON.parse(JSON.stringify(table)));
  });

  const model = (price: object) => ({
    version: 'v',
    date: '2026-11-22',
    providers: { openai: { models: { m: [price] }, aliases: {} } },
  });
  const entry = { from: '2026-01-01', verifiedAt: '2026-01-01', source: 's', rates: { input: 1 } };
  for (const [name, value] of [
    ['no table', []],
    ['a negative rate', model({ ...entry, rates: { input: -1 } })],
    ['a part of a pico-dollar', model({ ...entry, rates: { input: 0.5 } })],
    ['a rate beyond the safe integers', model({ ...entry, rates: { input: 2 ** 60 } })],
    ['a string', model({ ...entry, rates: { input: '1' } })],
    ['an unknown class', model({ ...entry, rates: { input: 1, thoughts: 1 } })],
    ['no day', model({ ...entry, from: 'yesterday' })],
    ['a prototype', JSON.parse('{"version":"v","date":"2026-11-22","providers":{"__proto__":{}}, "x":1}')],
  ] as const) {
    test(`${name} is refused`, () => {
      assert.equal(typeof parseTable(JSON.stringify(model(entry))), 'object');
      assert.throws(() => parseTable(JSON.stringify(value)), TypeError);
    });
  }
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

  async function serve(answer: (url: string, login?: string) => { status?: number; body: string | Buffer }) {
    const server = createServer(({ url = '', headers }, response) => {
      const { status = 200, body } = answer(url, headers.authorization);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
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
    const server = await serve((url) =>
      url.startsWith('/huge') ? { body: Buffer.alloc(11_000_000, ' ') } : { status: 503, body: '{}' },
    );
    const { host } = new URL(server.url);
    for (const path of ['/down', '/huge']) {
      const warning = await look(`http://name:secret@${host}${path}?token=secret`);
      assert.match(String(warning), /the last good ones stay/);
      assert.doesNotMatch(String(warning), /secret/);
    }
    server.close();
  });

  test('a file that is not there, or no table', async () => {
    const path = join(folder.path, 'broken.json');
    await writeFile(path, '{"version": 1}');
    assert.match(String(await look(path)), /the last good ones stay/);
    assert.match(String(await look(join(folder.path, 'missing.json'))), /the last good ones stay/);
  });
});
