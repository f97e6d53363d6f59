import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from '../../examples/demo/child.ts';
import { freePort } from '../../examples/demo/ports.ts';
import { writeConfigs } from './configs.ts';
import { ALERTMANAGER, findProgram, PROMETHEUS } from './programs.ts';

export interface StackOptions {
  /** The app's name: the label `job` of its metrics. */
  readonly job: string;
  /** Where metrics are: `localhost:9464`. */
  readonly targets: readonly string[];
  /** Where alerts are told. */
  readonly webhook: string;
  /** Wanted ports; others are taken where these are in use. 0: any. */
  readonly ports?: { readonly prometheus: number; readonly alertmanager: number };
  /** Everything every second. */
  readonly inAHurry?: boolean;
}

export interface Stack {
  readonly prometheusUrl: string;
  /** Undefined where Alertmanager is not installed. */
  readonly alertmanagerUrl: string | undefined;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const DEFAULT_PORTS = { prometheus: 9090, alertmanager: 9093 };

/** Prometheus and, where it is installed, Alertmanager, on the files of this folder. Throws when one does not start. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { job, targets, webhook, ports = DEFAULT_PORTS, inAHurry = false } = options;
  const [prometheus, alertmanager] = [findProgram(PROMETHEUS), findProgram(ALERTMANAGER)];
  if (prometheus === undefined) throw new Error(`no prometheus on the PATH: ${PROMETHEUS.howToGetIt}`);

  // One each: who ends first takes its own away.
  const temporary = () => mkdtempSync(join(tmpdir(), 'tokenmeter-demo-'));
  const own = temporary();
  const folders = { prometheus: own, alertmanager: alertmanager === undefined ? own : temporary() };
  const [port, alertPort] = [
    await freePort('127.0.0.1', ports.prometheus),
    await freePort('127.0.0.1', ports.alertmanager),
  ];
  const alertmanagerHost = `127.0.0.1:${alertPort}`;
  const configs = writeConfigs(folders, { job, targets, webhook, alertmanager: alertmanagerHost }, inAHurry);
  const server = startChild(
    prometheus,
    [
      `--config.file=${configs.prometheus}`,
      `--storage.tsdb.path=${join(folders.prometheus, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { directory: folders.prometheus },
  );
  const alerter =
    alertmanager &&
    startChild(
      alertmanager,
      [
        `--config.file=${configs.alertmanager}`,
        `--storage.path=${join(folders.alertmanager, 'data')}`,
        `--web.listen-address=${alertmanagerHost}`,
        // One of its own, with nobody to talk to.
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      { directory: folders.alertmanager },
    );
  const stop = async () => {
    if (alerter) await alerter.stop();
    await server.stop();
  };
  const prometheusUrl = `http://localhost:${port}`;
  const alertmanagerUrl = alerter && `http://localhost:${alertPort}`;
  try {
    await untilReady(server, prometheusUrl);
    if (alerter && alertmanagerUrl) await untilReady(alerter, alertmanagerUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { prometheusUrl, alertmanagerUrl: alertmanagerUrl || undefined, stop };
}

async function untilReady(child: Child, url: string): Promise<void> {
  for (const limit = performance.now() + READY_WITHIN_MS; !(await isReady(url)); await delay(100)) {
    if (child.hasEnded || performance.now() > limit) {
      throw new Error(child.errors() || `not ready after ${READY_WITHIN_MS / 1000} s`);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
