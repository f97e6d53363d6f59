import type { StoreHost } from './host.ts';
import type { StoreTask } from './tasks.ts';

/** A host that is opened when it is first needed, and anew after it has failed or ended. */
export class LazyHost {
  readonly #start: (onEnd: () => void) => StoreHost | Promise<StoreHost>;
  readonly #onOpen: (host: StoreHost, isCurrent: boolean) => Promise<void>;
  #host: StoreHost | undefined;
  #opened: Promise<void> | undefined;
  /** Of the host that is there now: an earlier one may end late. */
  #life = 0;
  #isClosed = false;

  constructor(
    start: (onEnd: () => void) => StoreHost | Promise<StoreHost>,
    onOpen: (host: StoreHost, isCurrent: boolean) => Promise<void> = async () => {},
  ) {
    this.#start = start;
    this.#onOpen = onOpen;
  }

  open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the ledger is closed'));
    if (this.#opened) return this.#opened;
    const life = ++this.#life;
    const opened = this.#open(() => this.#end(life));
    this.#opened = opened;
    opened.catch(() => this.#end(life));
    return opened;
  }

  async request(task: StoreTask, keepsAlive = false): Promise<unknown> {
    await this.open();
    if (!this.#host) throw new Error('the ledger is closed');
    return this.#host.request(task, keepsAlive);
  }

  requestNow(task: StoreTask): unknown {
    // The thread does first what it was asked first: it opens the database.
    this.open().catch(() => {});
    if (!this.#host) throw new Error('the ledger is not open yet');
    return this.#host.requestNow(task);
  }

  /** For good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opened?.catch(() => {});
    await this.#host?.close();
    this.#end(this.#life);
  }

  #open(onEnd: () => void): Promise<void> {
    const host = this.#start(onEnd);
    return host instanceof Promise ? host.then((started) => this.#use(started)) : this.#use(host);
  }

  async #use(host: StoreHost): Promise<void> {
    this.#host = host;
    try {
      const isCurrent = await host.request({ kind: 'open' }, true);
      await this.#onOpen(host, isCurrent === true);
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  #end(life: number): void {
    if (life !== this.#life) return;
    this.#host = undefined;
    this.#opened = undefined;
  }
}
