import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
  /** Default: 5. */
  readonly timeoutMinutes?: number;
}

/** Runs a program to its end, or to its time limit, and gathers what it writes. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const { cwd, env = process.env, timeoutMinutes = 5 } = options;
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMinutes * 60_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal) output += `\nended by ${signal}; the limit is ${timeoutMinutes} minutes\n`;
  return { code, output };
}

/** The same for what cannot fail unless something is wrong with the set-up. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { code, output } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${output}`);
}
