import { randomBytes } from 'node:crypto';
import type { RecordedWork } from '../calls/deferred.ts';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
import { cleanLabel } from '../label.ts';
import { rowOf } from './row.ts';

interface Rows {
  push(row: string): void;
  writeNow(): void;
}

/** Puts settled calls on record. */
export class Recorder implements Sink {
  readonly name = 'ledger';
  readonly #queue: Rows;
  readonly #writesAtOnce: boolean;
  /** Of this process, so that no other one gives the same ids; short, as it is in every row. */
  readonly #prefix = `${randomBytes(8).toString('base64url')}-`;
  #count = 0;

  constructor(queue: Rows, { writesAtOnce }: { writesAtOnce: boolean }) {
    this.#queue = queue;
    this.#writesAtOnce = writesAtOnce;
  }

  settle(call: SettledCall): void {
    const id =
      call.workId === undefined ? this.#prefix + (this.#count++).toString(36) : idOfWork(call.workId);
    this.#queue.push(rowOf(call, id));
    if (this.#writesAtOnce) this.#queue.writeNow();
  }
}

/** What was retrieved has an id that any process gives it. */
function idOfWork(workId: string): string {
  return `work:${cleanLabel(workId)}`;
}

/** The results of batches and background responses that a ledger has. */
export function recordedWork(has: (id: string) => boolean): RecordedWork {
  return { has: (workId) => has(idOfWork(workId)) };
}
