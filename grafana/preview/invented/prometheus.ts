/** A Prometheus of an invented month, with the rules of grafana/ recorded and alerting. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../examples/demo/ports.ts';
import { budgetGroups } from '../../../src/rules/budget-recordings.ts';
import { invent, STEP_SECONDS } from './company.ts';

const DAY = 86_400;
const rules = fileURLToPath(new URL('../../rules/', import.meta.url));
/** Recorded again and again: each time with what the time before has made. */
const PASSES = 3;
const ALERTS_WITHIN_MS = 15_000;

interface Server extends AsyncDisposable {
  readonly url: string;
}

export interface Invented extends Server {
  readonly scrapeSeconds: number;
}

export async function startInvented(): Promise<Invented> {
  const folder = mkdtempSync(join(tmpdir(), 'tokenmeter-pictures-'));
  const data = join(folder, 'data');
  const to = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
  const date = new Date(1000 * to);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000;
  try {
    const file = join(folder, 'metrics.txt');
    write(file, invent(Math.min(month, to - 8 * DAY), to));
    const blocks = ['tsdb', 'create-blocks-from', '--max-block-duration=768h', 'openmetrics', file, data];
    execFileSync('promtool', blocks, { stdio: ['ignore', 'ignore', 'inherit'] });
    // JSON is YAML.
    const recordings = join(folder, 'recordings.yml');
    writeFileSync(recordings, JSON.stringify({ groups: budgetGroups() }));
    for (let pass = 1; pass <= PASSES; pass++) {
      await using server = await start(folder, data, false);
      const recorded = ['tsdb', 'create-blocks-from', 'rules', `--url=${server.url}`, `--output-dir=${data}`];
      const times = [`--start=${to - 25 * 3600}`, `--end=${to}`, `--eval-interval=${STEP_SECONDS}s`];
      execFileSync('promtool', [...recorded, ...times, recordings], { stdio: 'ignore' });
    }
    const server = await start(folder, data, true);
    await delay(ALERTS_WITHIN_MS);
    return {
      url: server.url,
      scrapeSeconds: STEP_SECONDS,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function write(file: string, lines: Iterable<string>): void {
  const descriptor = openSync(file, 'w');
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < 1e6) continue;
    writeSync(descriptor, text);
    text = '';
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
}

async function start(folder: string, data: string, withRules: boolean): Promise<Server> {
  const config = join(folder, 'prometheus.yml');
  const settings = { global: { evaluation_interval: '2s' }, rule_files: withRules ? [`${rules}*.yaml`] : [] };
  writeFileSync(config, JSON.stringify(settings));
  const port = await freePort('127.0.0.1', 0);
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=90d',
  ];
  const child = spawn(
    'prometheus',
    [
      ...args,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.allow-overlapping-blocks',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await isReady())) await delay(100);
  if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
