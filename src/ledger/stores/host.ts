import { warnVisibly } from '../../report.ts';
import type { Connection, StoreTask } from './tasks.ts';
import { canHaveThread, StoreThread } from './thread.ts';

/** Whoever performs tasks on a database. */
export interface StoreHost {
  /** @param keepsAlive The process does not end before the answer. */
  request(task: StoreTask, keepsAlive?: boolean): Promise<unknown>;
  /** The same while this thread waits. */
  requestNow(task: StoreTask): unknown;
  close(): Promise<void>;
}

export interface HostOptions<Options> {
  /** The file beside this one, without its ending, that serves in a thread. */
  readonly worker: string;
  readonly options: Options;
  /** In this thread, where there is no such file. */
  connect(): Promise<Connection>;
  /** What that means for the app. */
  readonly withoutThread: string;
}

export function startHost<Options>(
  { worker, options, connect, withoutThread }: HostOptions<Options>,
  onEnd: () => void,
): StoreHost | Promise<StoreHost> {
  if (canHaveThread(worker)) return new StoreThread({ worker, options, onEnd });
  warnVisibly('ledger thread', `the ledger has no thread of its own in a bundle: ${withoutThread}`);
  return startHere(connect);
}

async function startHere(connect: () => Promise<Connection>): Promise<StoreHost> {
  const { Here } = await import(/* webpackMode: "eager" */ './here.ts');
  return new Here(await connect());
}
