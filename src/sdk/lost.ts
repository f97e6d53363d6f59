import timers from 'node:timers';
import { reportFault } from '../report.ts';

/** Is told when an object that the app held is gone, so that nobody will ever use it again. */
export interface LossObserver {
  /** The loss of the object says nothing any more: it was put to use, or another one is in its place. */
  readonly used: boolean;
  lost(): void;
}

/** Something of a call that the app may hold; the call is lost with it. */
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
// Node's own, as it is now: fake timers of the app must not hold what it has let go of.
const { setImmediate } = timers;
/** So many are looked at without waiting for the turn to end: they are held until then. */
const MANY = 50;
let fresh: { readonly target: object; readonly observer: LossObserver }[] = [];

/**
 * Tells `observer` after `target` was garbage collected. The observer must not hold the target: it is no
 * closure of a function that has the target in any variable which some other closure uses.
 *
 * What is registered survives every collection of the young generation, with all that it holds. Most
 * objects are put to use at once, so they are registered a turn of the event loop later, if at all.
 */
export function whenLost(target: object, observer: LossObserver): void {
  if (fresh.push({ target, observer }) === 1) setImmediate(register).unref();
  else if (fresh.length === MANY) register();
}

function register(): void {
  const made = fresh;
  fresh = [];
  for (const { target, observer } of made) {
    try {
      if (!observer.used) registry.register(target, observer);
    } catch (fault) {
      reportFault('watching for loss', fault);
    }
  }
}
