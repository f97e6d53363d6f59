import { accessSync, constants, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ATTR, METRIC } from '../../src/telemetry/names.ts';
import { startChild } from './child.ts';
import { counterName, labelName } from './scrape.ts';

export interface Prometheus {
  readonly url: string;
  /** A page that shows spend by user, in dollars an hour. */
  readonly graphUrl: string;
  stop(): Promise<void>;
}

export const HOW_TO_GET_IT = 'apt-get install prometheus, or https://prometheus.io/download';

const TARGET = 'localhost:9464';
const READY_WITHIN_MS = 10_000;

/** Where the program is, when it is on the PATH. */
export function findPrometheus(path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => ['prometheus', 'prometheus.exe'].map((name) => join(folder, name)))
    .find(isExecutable);
}

/** Starts it on a config and data of its own, and resolves when it can be asked. Throws when it does not start. */
export async function startPrometheus(program: string, port: number, metrics: URL): Promise<Prometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'tokenmeter-demo-'));
  const template = readFileSync(new URL('./prometheus.yml', import.meta.url), 'utf8');
  const config = join(directory, 'prometheus.yml');
  writeFileSync(config, template.replace(TARGET, metrics.host));
  const child = startChild(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { directory },
  );
  const url = `http://localhost:${port}`;
  for (const limit = performance.now() + READY_WITHIN_MS; !(await isReady(url)); await delay(100)) {
    if (!child.hasEnded && performance.now() < limit) continue;
    await child.stop();
    throw new Error(child.errors() || `not ready after ${READY_WITHIN_MS / 1000} s`);
  }
  return { url, graphUrl: graphUrl(url), stop: () => child.stop() };
}

function graphUrl(url: string): string {
  const query = new URLSearchParams({
    'g0.expr': `sum by(${labelName(ATTR.userId)})(rate(${counterName(METRIC.cost)}[15s]))*3600`,
    'g0.tab': '0',
    'g0.range_input': '2m',
  });
  return `${url}/graph?${query.toString().replaceAll('+', '%20')}`;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
