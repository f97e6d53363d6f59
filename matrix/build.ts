import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { out, root } from './paths.ts';
import { mustRun } from './run.ts';

/** tokenmeter as npm publishes it. */
export const packed = join(out, 'package');
/** The tests as JavaScript: not every Node here runs TypeScript. */
export const compiledTests = join(out, 'compiled/test');

/** Packs what is in dist/, and compiles the tests without checking them against any version's types. */
export async function build(): Promise<void> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await mustRun('npm', ['pack', '--ignore-scripts', '--pack-destination', out], { cwd: root });
  await mustRun('sh', ['-c', 'tar -xzf tokenmeter-*.tgz'], { cwd: out });
  await mustRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'matrix'], {
    cwd: root,
  });
}
