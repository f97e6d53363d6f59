/** What README.md, the code and the package say is supported is what the matrix runs. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { anthropic, type Cell, cells, openai, type SdkVersion } from '../matrix/cells.ts';
import { ascending, supported, supportedTable } from '../matrix/supported.ts';
import { inRange } from '../src/loading/version-range.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const majorOf = (version: string) => Number.parseInt(version, 10);

test("README's table is what `npm run -s test:matrix -- --table` prints", async () => {
  const table = /^<!-- supported: [^\n]*-->\n\n(.*)\n\n<!-- \/supported -->$/ms.exec(
    await read('../README.md'),
  );
  assert.equal(table?.[1], supportedTable());
});

for (const { name, range, tested } of supported) {
  test(`${name}: the matrix has both ends of the range, and each major`, () => {
    const versions = ascending(Object.values(tested));
    const ranges = range.split(' || ').map((part) =>
      part.replace(/^\^(\d+)(.*)$/, (_, major, rest) => {
        return `>=${major}${rest} <${Number(major) + 1}`;
      }),
    );
    for (const version of versions) {
      assert.ok(
        ranges.some((part) => inRange(version, part)),
        `${version} is not in ${range}`,
      );
    }
    for (const part of ranges) {
      const [, first, end] = /^>=(\S+)(?: <(\d+))?$/.exec(part) ?? [];
      assert.ok(first && versions.includes(first), `${first}, where ${range} begins, is not tested`);
      if (end === undefined) continue;
      for (let major = majorOf(first); major < Number(end); major++) {
        assert.ok(
          versions.some((version) => majorOf(version) === major),
          `no ${major} is tested`,
        );
      }
    }
  });
}

test('the newest SDKs of the matrix are those of this repository', async () => {
  const lock = JSON.parse(await read('../package-lock.json')) as {
    packages: Record<string, { version: string }>;
  };
  for (const [index, name] of ['openai', '@anthropic-ai/sdk'].entries()) {
    const newest = ascending(Object.values(supported[index]?.tested ?? {})).at(-1);
    assert.equal(newest, lock.packages[`node_modules/${name}`]?.version, name);
  }
});

describe('the cells', () => {
  const majorsOfOtel = (chosen: readonly Cell[]) =>
    [...new Set(chosen.map(({ otel }) => majorOf(otel)))].sort();
  // Not what `node` runs on, but the Node of the cell.
  const nodeOf = ({ node }: Cell) => Number(node === '22' ? 22.15 : node);

  for (const sdk of ['openai', 'anthropic'] as const) {
    for (const version of Object.keys({ openai, anthropic }[sdk])) {
      test(`${sdk} ${version} runs with OTel 2 and 3`, () => {
        assert.deepEqual(majorsOfOtel(cells.filter((cell) => cell[sdk] === version)), [2, 3]);
      });
    }
  }

  for (const node of ['20.19', '20', '22.12', '22', '24', '26']) {
    test(`Node ${node} runs the newest SDKs that it can`, () => {
      const newest = Number(node) < 22 ? '6' : '7';
      assert.ok(cells.some((cell) => cell.node === node && cell.openai === newest && cell.anthropic === '1'));
    });
  }

  test('none pairs what cannot run together, and none is there twice', () => {
    for (const cell of cells) {
      const { node = 20 }: SdkVersion = openai[cell.openai];
      assert.ok(nodeOf(cell) >= node, cell.name);
      assert.ok(majorOf(cell.otel) < 3 || nodeOf(cell) >= 22.15, cell.name);
    }
    assert.equal(new Set(cells.map(({ name }) => name)).size, cells.length);
  });
});
