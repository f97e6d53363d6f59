import { existsSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { StoreHost } from './host.ts';
import { read, type StoreReply, type StoreRequest, type StoreTask, type ThreadData } from './tasks.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly keepsAlive: boolean;
}

// In a constant: webpack would look for the files itself, and a bundle goes without.
const here = import.meta.url;

/** As source or as built; beside this file, but in a bundle, where it is missing. */
function fileOf(worker: string): URL {
  return new URL(`./${worker}${here.endsWith('.ts') ? '.ts' : '.js'}`, here);
}

export function canHaveThread(worker: string): boolean {
  return existsSync(fileOf(worker));
}

/** Longer than a writer waits for other processes, and for a server. */
const LONGEST_WAIT_MS = 10_000;

interface ThreadOptions<Options> {
  readonly worker: string;
  readonly options: Options;
  onEnd(): void;
}

/** A database that is open in a thread of its own. */
export class StoreThread<Options> implements StoreHost {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #keepingAlive = 0;
  #fault: Error | undefined;

  constructor({ worker, options, onEnd }: ThreadOptions<Options>) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (reply: StoreReply) => this.#settle(reply));
    port1.unref();
    // What the app has Node load into every thread is not for this one.
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#worker = new Worker(fileOf(worker), {
      workerData: { options, answered: this.#answered, port: port2 } satisfies ThreadData<Options>,
      transferList: [port2],
      env,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#end(error, onEnd));
    this.#worker.on('exit', () => this.#end(new Error('the thread of the ledger has ended'), onEnd));
  }

  request(task: StoreTask, keepsAlive = false): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#fault) {
        reject(this.#fault);
        return;
      }
      if (keepsAlive && this.#keepingAlive++ === 0) this.#port.ref();
      this.#waiting.set(this.#send(task), { resolve, reject, keepsAlive });
    });
  }

  requestNow(task: StoreTask): unknown {
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
    // It closes the database, and ends.
    this.#port.close();
    if (!this.#fault) await ended;
  }

  #send(task: StoreTask): number {
    const id = ++this.#lastId;
    this.#port.postMessage({ ...task, id } satisfies StoreRequest);
    return id;
  }

  #receive(): StoreReply | undefined {
    return receiveMessageOnPort(this.#port)?.message;
  }

  #settle(reply: StoreReply): void {
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
