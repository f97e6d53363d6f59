import { idOfWork } from '../calls/call-ids.ts';
import type { RecordedWork } from '../calls/deferred.ts';
import type { SettledCall, Sink } from '../calls/pipeline.ts';
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

  constructor(queue: Rows, { writesAtOnce }: { writesAtOnce: boolean }) {
    this.#queue = queue;
    this.#writesAtOnce = writesAtOnce;
  }

  settle(call: SettledCall): void {
    this.#queue.push(rowOf(call, call.id));
    if (this.#writesAtOnce) this.#queue.writeNow();
  }
}

/** The results of batches and background responses that a ledger has. */
export function recordedWork(has: (id: string) => boolean): RecordedWork {
  return { has: (workId) => has(idOfWork(workId)) };
}
