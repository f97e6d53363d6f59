import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const READY_WITHIN_MS = 20_000;

/** A real server that a test has started. */
export interface ServerProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  output(): string;
}

/** Starts a program and resolves when it can be used; fails with what it wrote when it cannot. */
export async function startServer(
  program: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<ServerProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([exited, delay(3000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
    await exited;
  };
  // A test run that dies does not leave servers behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const limit = performance.now() + READY_WITHIN_MS;
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode === null && performance.now() < limit) {
      await delay(50);
      continue;
    }
    if (child.exitCode === null) await stop();
    throw new Error(`${program} did not start:\n${output}`);
  }
  return { process: child, output: () => output, [Symbol.asyncDispose]: stop };
}

/** True when a URL answers with success. */
export async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
