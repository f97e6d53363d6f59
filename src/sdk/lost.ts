/** Is told when an object that the app held is gone, so that nobody will ever use it again. */
export interface LossObserver {
  lost(): void;
}

/** Something of a call that the app may hold; it is lost with it unless it was put to use before. */
export class Held implements LossObserver {
  used = false;
  readonly #call: { abandoned(): void };

  constructor(call: { abandoned(): void }) {
    this.#call = call;
  }

  lost(): void {
    if (!this.used) this.#call.abandoned();
  }
}

const registry = new FinalizationRegistry<LossObserver>((observer) => observer.lost());

/**
 * Tells `observer` after `target` was garbage collected. The observer must not hold the target: it is no
 * closure of a function that has the target in any variable which some other closure uses.
 */
export function whenLost(target: object, observer: LossObserver): void {
  registry.register(target, observer);
}
