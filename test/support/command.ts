import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
/** The built file behind it. */
export const command = join(root, 'dist/cli/main.js');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command `tokenmeter`. */
export function tokenmeter(
  args: readonly string[],
  options: { folder?: string; env?: object; input?: string } = {},
): Run {
  const { PATH, HOME } = process.env;
  const node = process.env.TEST_NODE ?? process.execPath;
  const { status, stdout, stderr } = spawnSync(node, [command, ...args], {
    cwd: options.folder ?? root,
    env: { PATH, HOME, OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...options.env },
    encoding: 'utf8',
    ...(options.input !== undefined && { input: options.input }),
  });
  return { code: status, stdout, stderr };
}
