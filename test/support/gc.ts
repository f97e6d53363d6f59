import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Collects garbage until something that depends on it is so; false when it does not become so. */
export async function collectUntil(isSo: () => boolean, attempts = 500): Promise<boolean> {
  for (let attempt = 0; attempt < attempts && !isSo(); attempt++) {
    gc();
    // Finalization callbacks run in a task of their own.
    await setImmediate();
  }
  return isSo();
}
