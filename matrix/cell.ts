import { existsSync } from 'node:fs';
import { cp, link, mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compiledTests, packed } from './build.ts';
import { anthropic, type Cell, openai, type SdkVersion } from './cells.ts';
import { matrix, nodeBinary, otelRoot, out, root } from './paths.ts';
import { type Run, run } from './run.ts';

/** What a cell runs: the suite on every surface, how the SDKs' promises settle, the ways of loading. */
const SUITES = ['conformance', 'sdk', 'e2e'];

/**
 * An app's folder: its own `openai`, `@anthropic-ai/sdk` and `tokenmeter` in node_modules, and of the latter's
 * dependencies the versions of one OTel SDK. Packages that hooks know by their path are real folders, of hard
 * links; the others are symbolic links into the folder where npm installed them together.
 */
export async function makeCell(cell: Cell): Promise<string> {
  const folder = join(out, 'cells', cell.name);
  const modules = join(folder, 'node_modules');
  await linkTree(join(matrix, `node_modules/openai-${cell.openai}`), join(modules, 'openai'));
  await linkTree(
    join(matrix, `node_modules/anthropic-${cell.anthropic}`),
    join(modules, '@anthropic-ai/sdk'),
  );
  await linkTree(packed, join(modules, 'tokenmeter'));

  const installed = otelRoot(cell.otel);
  const { dependencies } = await readManifest(installed);
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, 'node_modules', name), join(modules, name));
  }

  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await linkTree(compiledTests, join(folder, 'test'));
  await cp(join(root, 'test/e2e/apps'), join(folder, 'test/e2e/apps'), { recursive: true });
  // The tests import ../../src: that is the packed package.
  await symlink(join(modules, 'tokenmeter/dist'), join(folder, 'src'));
  await checkDependencies(folder, installed);
  return folder;
}

export async function runCell(cell: Cell): Promise<Run> {
  const folder = await makeCell(cell);
  const files: string[] = [];
  for (const suite of SUITES) {
    const names = await readdir(join(folder, 'test', suite));
    files.push(...names.filter((name) => name.endsWith('.test.js')).map((name) => `test/${suite}/${name}`));
  }
  const lacks = (version: SdkVersion) => (version.lacks ?? []).join(',');
  const { PATH, HOME } = process.env;
  return run(nodeBinary(cell), ['--test', '--test-reporter=spec', ...files], {
    cwd: folder,
    env: {
      PATH,
      HOME,
      TEST_LACKING_OPENAI: lacks(openai[cell.openai]),
      TEST_LACKING_ANTHROPIC: lacks(anthropic[cell.anthropic]),
    },
  });
}

/** Everything that tokenmeter depends on must come from the OTel SDK's folder, and not from one further up. */
async function checkDependencies(folder: string, installed: string): Promise<void> {
  const { dependencies, peerDependencies, peerDependenciesMeta } = await readManifest(packed);
  const require = createRequire(join(folder, 'package.json'));
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (peerDependenciesMeta?.[name]?.optional) continue;
    const linked = existsSync(join(folder, 'node_modules', name));
    if (!linked || !(await realpath(require.resolve(name))).startsWith(installed)) {
      throw new Error(`tokenmeter depends on ${name}: add it to ${installed}/package.json`);
    }
  }
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Copies a folder as hard links. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isFile()) await link(source, target);
  }
}
