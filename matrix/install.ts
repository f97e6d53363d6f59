import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell } from './cells.ts';
import { matrix, nodeBinary, otelRoot } from './paths.ts';
import { mustRun } from './run.ts';

/** Installs what these cells need, where it is not installed as the lock files say. */
export async function install(cells: readonly Cell[]): Promise<void> {
  const folders = [matrix, ...new Set(cells.map(({ otel }) => otelRoot(otel)))];
  for (const folder of folders) {
    const lock = join(folder, 'package-lock.json');
    const installed = join(folder, 'node_modules/.installed-lock.json');
    if (existsSync(installed) && (await readFile(lock)).equals(await readFile(installed))) continue;
    await mustRun('npm', ['ci'], { cwd: folder, timeoutMinutes: 15 });
    await copyFile(lock, installed);
  }
  const absent = new Set(cells.filter((cell) => !existsSync(nodeBinary(cell))).map(({ node }) => node));
  if (absent.size > 0) {
    throw new Error(
      `no Node ${[...absent].join(', ')} here: the lock file has those for linux-x64 only, this is ` +
        `${process.platform}-${process.arch}; --cell leaves cells out`,
    );
  }
}
