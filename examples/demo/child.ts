import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program that runs beside the demo and ends with it. */
export interface Child {
  readonly hasEnded: boolean;
  /** What it wrote to stderr, as far as the last lines go. */
  errors(): string;
  /** The first match in a line that it writes from now on; throws when it ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Removed at the end. */
  readonly directory?: string;
}

const KEPT_LINES = 20;
const keeper = fileURLToPath(new URL('./keeper.ts', import.meta.url));

export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  // Detached, as Ctrl-C goes to all of a terminal's processes: the demo ends this one when it is done with it.
  const keeperProcess = spawn(process.execPath, [keeper, options.directory ?? '-', command, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: options.environment ?? process.env,
  });
  const { stdout, stderr } = keeperProcess;
  if (!stdout || !stderr) throw new Error('a child process without pipes');
  const output = createInterface({ input: stdout });
  const lastErrors: string[] = [];
  const errors = createInterface({ input: stderr });
  errors.on('line', (line) => {
    lastErrors.push(line);
    if (lastErrors.length > KEPT_LINES) lastErrors.shift();
  });
  let hasEnded = false;
  // Not 'close' of the process: it does not come when this side has closed the channel.
  const ended = Promise.all([once(keeperProcess, 'exit'), once(stderr, 'close')]).then(() => {
    hasEnded = true;
  });

  return {
    get hasEnded() {
      return hasEnded;
    },
    errors: () => lastErrors.join('\n'),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => {
          const match = pattern.exec(line);
          if (match) resolve(match);
        };
        output.on('line', look);
        errors.on('line', look);
        ended.then(() => reject(new Error(`${command} ended:\n${lastErrors.join('\n')}`)));
      }),
    async stop() {
      if (keeperProcess.connected) keeperProcess.disconnect();
      await ended;
    },
  };
}
