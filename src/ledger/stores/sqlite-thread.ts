import { existsSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { SqliteFileOptions } from './sqlite-file.ts';
import { read, type SqliteReply, type SqliteRequest, type SqliteTask } from './sqlite-messages.ts';

/** Whoever performs tasks on a file. */
export interface SqliteHost {
  /** @param keepsAlive The process does not end before the answer. */
  request(task: SqliteTask, keepsAlive?: boolean): Promise<unknown>;
  /** The same while this thread waits. */
  requestNow(task: SqliteTask): unknown;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly keepsAlive: boolean;
}

// In a constant: webpack would look for the file itself, and a bundle goes without.
const here = import.meta.url;

/** As source or as built; beside this file, but in a bundle, where it is missing. */
const workerFile = new URL(here.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js', here);

export function canHaveThread(): boolean {
  return existsSync(workerFile);
}

/** Longer than a writer waits for other processes. */
const LONGEST_WAIT_MS = 10_000;

/** A file that is open in a thread of its own. */
export class SqliteThread implements SqliteHost {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #keepingAlive = 0;
  #fault: Error | undefined;

  constructor(options: SqliteFileOptions, onEnd: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (reply: SqliteReply) => this.#settle(reply));
    port1.unref();
    this.#worker = new Worker(workerFile, {
      workerData: { options, answered: this.#answered, port: port2 },
      transferList: [port2],
      // What the app's environment loads into every thread is not for this one.
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#end(error, onEnd));
    this.#worker.on('exit', () => this.#end(new Error('the thread of the ledger has ended'), onEnd));
  }

  request(task: SqliteTask, keepsAlive = false): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#fault) {
        reject(this.#fault);
        return;
      }
      if (keepsAlive && this.#keepingAlive++ === 0) this.#port.ref();
      this.#waiting.set(this.#send(task), { resolve, reject, keepsAlive });
    });
  }

  requestNow(task: SqliteTask): unknown {
    if (this.#fault) throw this.#fault;
    const id = this.#send(task);
    const until = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const answered = Atomics.load(this.#answered, 0);
      for (let next = this.#receive(); next; next = this.#receive()) {
        if (next.id === id) return read(next);
        this.#settle(next);
      }
      const left = until - performance.now();
      if (left <= 0) throw new Error(`the ledger did not answer within ${LONGEST_WAIT_MS / 1000} seconds`);
      Atomics.wait(this.#answered, 0, answered, left);
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.ref();
    // It closes the file, and has nothing left to do.
    this.#port.close();
    if (!this.#fault) await ended;
  }

  #send(task: SqliteTask): number {
    const id = ++this.#lastId;
    this.#port.postMessage({ ...task, id } satisfies SqliteRequest);
    return id;
  }

  #receive(): SqliteReply | undefined {
    return receiveMessageOnPort(this.#port)?.message;
  }

  #settle(reply: SqliteReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if (waiting.keepsAlive && --this.#keepingAlive === 0) this.#port.unref();
    try {
      waiting.resolve(read(reply));
    } catch (error) {
      waiting.reject(error);
    }
  }

  #end(fault: Error, onEnd: () => void): void {
    if (this.#fault) return;
    this.#fault = fault;
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
    onEnd();
  }
}
