import { currentUsageContext, type UsageContext } from '../context.ts';
import type { FinishedWork, Provider, Retrieval } from '../providers/types.ts';
import { reportFault } from '../report.ts';
import type { CallObserver, Client } from '../sdk/types.ts';
import { settleAnswer } from './answer.ts';
import type { Pipeline } from './pipeline.ts';

/** A request that brings results of work asked for earlier: they are metered, each once; it itself is not. */
export class RetrievalCall implements CallObserver {
  readonly known = true;
  readonly amends = false;
  readonly restores = false;
  readonly readsLines = true;
  readonly #pipeline: Pipeline;
  readonly #provider: Provider;
  readonly #retrieval: Retrieval;
  /** What stands for `{…}` in the path. */
  readonly #id: string;
  readonly #client: Client;
  readonly #who: UsageContext = currentUsageContext();

  constructor(pipeline: Pipeline, provider: Provider, retrieval: Retrieval, id: string, client: Client) {
    this.#pipeline = pipeline;
    this.#provider = provider;
    this.#retrieval = retrieval;
    this.#id = id;
    this.#client = client;
  }

  run<T>(send: (client: Client, options: unknown) => T, client: Client, options: unknown): T {
    return send(client, options);
  }

  result(body: unknown): void {
    this.#meter(body);
  }

  event(event: unknown): unknown {
    this.#meter(event);
    return event;
  }

  request(): void {}
  waits(): void {}
  waited(): void {}
  amend(): undefined {}
  streaming(): void {}
  ended(): void {}
  closed(): void {}
  readonly isGated = false;
  admission(): void {}
  answered(): void {}
  discard(): void {}
  takenRaw(): void {}
  unread(): void {}
  failed(): void {}
  abandoned(): void {}

  #meter(body: unknown): void {
    try {
      const begun = this.#retrieval.begun?.(body);
      if (begun !== undefined) this.#pipeline.deferred.expect(begun, this.#who);
      for (const work of this.#retrieval.finished(body, this.#id)) {
        if (this.#pipeline.deferred.claim(work.begunAs, work.workId)) this.#settle(work);
      }
    } catch (fault) {
      reportFault('reading retrieved results', fault);
    }
  }

  #settle(work: FinishedWork): void {
    const { begunAs, operation, outcome, requests, user } = work;
    const who = this.#pipeline.deferred.whoBegan(begunAs) ?? this.#who;
    settleAnswer(this.#pipeline, this.#provider, this.#client, {
      operation,
      facts: work,
      outcome,
      workId: work.workId,
      reservation: this.#pipeline.deferred.takeReservation(begunAs),
      requests,
      who,
      user,
    });
  }
}
