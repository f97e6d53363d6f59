import { randomBytes } from 'node:crypto';
import { cleanLabel } from '../label.ts';

/** What tells calls apart, wherever they are kept: one that comes twice has the same id twice. */
export class CallIds {
  /** Of this process, so that no other one gives the same ids; short, as it is in every row. */
  readonly #prefix = `${randomBytes(8).toString('base64url')}-`;
  #count = 0;

  next(workId: string | undefined): string {
    return workId === undefined ? this.#prefix + (this.#count++).toString(36) : idOfWork(workId);
  }
}

/** What was retrieved has an id that any process gives it. */
export function idOfWork(workId: string): string {
  return `work:${cleanLabel(workId)}`;
}
