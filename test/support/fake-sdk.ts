import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** A folder outside the repository, gone after use. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'tokenmeter-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Puts a copy of an installed package into a folder's node_modules, under another version. */
export async function installAs(
  folder: string,
  name: string,
  version: string,
  /** What to do to the source of the files that define the client. */
  change: (source: string) => string = (source) => source,
): Promise<void> {
  const path = join(folder, 'node_modules', name);
  const isCode = (file: string) => !/\.(ts|mts|map|md)$/.test(file) && !/\/(src|bin)$/.test(file);
  await cp(join(root, 'node_modules', name), path, { recursive: true, filter: isCode });
  for (const file of ['client.js', 'client.mjs']) {
    await writeFile(join(path, file), change(await readFile(join(path, file), 'utf8')));
  }
  const manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(path, 'package.json'), JSON.stringify({ ...manifest, version }));
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const link = join(path, 'node_modules', dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', dependency), link);
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Makes a package of a few files. */
export async function install(
  folder: string,
  name: string,
  manifest: object,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(folder, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, ...manifest }));
  for (const [file, source] of Object.entries(files)) await writeFile(join(path, file), source);
}
