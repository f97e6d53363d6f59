import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './fake-sdk.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

const [binaries] = globSync('/usr/lib/postgresql/*/bin').filter((path) => existsSync(join(path, 'initdb')));

/** Why tests that need PostgreSQL cannot run; in CI it is installed, and nothing is skipped. */
export const missingPostgres =
  binaries === undefined ? 'needs PostgreSQL: apt-get install postgresql' : undefined;

export interface Postgres extends AsyncDisposable {
  readonly url: string;
  /** As a machine that goes down. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A PostgreSQL of one's own, in a temporary folder and on a free port. */
export async function startPostgres(): Promise<Postgres> {
  if (binaries === undefined) throw new Error(missingPostgres);
  const folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const port = await freePort();
  giveToPostgres(folder.path);
  run('initdb', '-D', data, '-U', 'meter', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C');
  let server: ServerProcess | undefined;
  const start = async () => {
    const [program, ...args] = asPostgres(
      'postgres',
      ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
      ...['-c', `unix_socket_directories=${folder.path}`],
    );
    const isReady = async () =>
      spawnSync(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0;
    server = await startServer(program as string, args, isReady);
  };
  const stop = async () => {
    // Whoever `runuser` started is not stopped with it.
    run('pg_ctl', 'stop', '-D', data, '-m', 'immediate');
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  await start();
  return {
    url: `postgres://meter@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      if (server) await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function run(...command: string[]): void {
  const [program, ...args] = asPostgres(...command);
  const { status, stderr, error } = spawnSync(program as string, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command[0]}: ${error ?? stderr}`);
}

const isRoot = process.getuid?.() === 0;

/** Its programs refuse to run as root. */
function asPostgres(name = '', ...args: string[]): string[] {
  const command = [join(binaries ?? '', name), ...args];
  return isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
}

function giveToPostgres(path: string): void {
  if (!isRoot) return;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  chownSync(path, id('-u'), id('-g'));
}
