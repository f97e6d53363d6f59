import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A child process whose output can be waited for. */
export class App {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exit: Promise<number | null>;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Record<string, string>) {
    // No variable of the surrounding test run decides what the child does.
    const { PATH, HOME } = process.env;
    // TEST_NODE runs the children on another version of Node than the tests.
    this.process = spawn(process.env.TEST_NODE ?? process.execPath, args, { env: { PATH, HOME, ...env } });
    this.exit = once(this.process, 'close').then(([code]) => code);
    const note = () => {
      for (const check of this.#waiting) check();
    };
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      note();
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      note();
    });
    this.exit.then(note);
  }

  /** The first match in what the process wrote so far or will write; fails when it ends without one. */
  async find(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (match) resolve(match);
        else if (this.process.exitCode !== null)
          reject(new Error(`no ${pattern} in\n${this.stdout}${this.stderr}`));
        else return;
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Ends an app that waits for the end of its input. */
  async finish(): Promise<number | null> {
    this.process.stdin?.end();
    return this.exit;
  }
}
