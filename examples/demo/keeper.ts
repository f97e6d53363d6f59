/**
 * node keeper.ts DIRECTORY COMMAND ARGUMENTS…
 *
 * Runs a command that must not outlive the demo: it is ended when the channel to the demo closes,
 * which happens even when the demo is killed. Then the directory, if it is not "-", is removed.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const KILL_AFTER_MS = 2000;

const [directory = '-', command = '', ...commandArguments] = process.argv.slice(2);
const child = spawn(command, commandArguments, { stdio: 'inherit' });
child.once('error', (error) => {
  console.error(error.message);
  leave(1);
});
child.once('exit', (code) => leave(code ?? 1));

function end(): void {
  child.kill();
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
}

function leave(code: number): void {
  if (directory !== '-') rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
process.once('disconnect', end);
if (!process.connected) end();
