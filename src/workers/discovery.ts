import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const ANY_ADDRESS = new Set(['0.0.0.0', '[::]']);

/**
 * Tells Prometheus' file-based discovery (`file_sd_configs`) where this process serves metrics: a file
 * for each process, gone when the process ends. Files of processes that were killed are cleared away.
 *
 * @returns How to take the file away.
 */
export function announce(folder: string, url: string): () => void {
  mkdirSync(folder, { recursive: true });
  clearAway(folder);
  const { hostname: host, port, pathname } = new URL(url);
  const target = `${ANY_ADDRESS.has(host) ? hostname() : host}:${port}`;
  const labels = pathname === '/metrics' ? {} : { __metrics_path__: pathname };
  const file = join(folder, fileOf(process.pid));
  // Prometheus may read at any time: it finds a whole file, or none.
  writeFileSync(`${file}.new`, `${JSON.stringify([{ targets: [target], labels }])}\n`);
  renameSync(`${file}.new`, file);
  const remove = () => rmSync(file, { force: true });
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

function fileOf(pid: number | string): string {
  return `tokenmeter-${hostname()}-${pid}.json`;
}

function clearAway(folder: string): void {
  const [before = '', after = ''] = fileOf('*').split('*');
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    const pid = Number(name.slice(before.length, -after.length));
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
