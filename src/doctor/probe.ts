/**
 * Runs inside the process that `load.ts` starts in the folder of a package, with `tokenmeter/register` loaded:
 * loads the package as an app would and tells the parent what became of it.
 */
import { isPatched } from '../loading/found.ts';
import { type LoaderHooks, loaderHooks } from '../loading/loader.ts';
import { clientsIn } from '../loading/recognise.ts';
import type { LoadedBuild } from './types.ts';

export interface ProbeAnswer {
  readonly loaderHooks: LoaderHooks;
  readonly builds: readonly LoadedBuild[];
}

type Load = (name: string) => unknown;

/** `require` and `import()` are those of the folder. */
export async function probe(name: string, requireHere: Load, importHere: Load): Promise<void> {
  const builds = [
    await load('CommonJS', () => requireHere(name)),
    await load('ES module', () => importHere(name)),
  ];
  const answer: ProbeAnswer = { loaderHooks: loaderHooks(), builds };
  process.send?.(answer, () => process.exit());
}

async function load(format: LoadedBuild['format'], run: () => unknown): Promise<LoadedBuild> {
  try {
    const clients = clientsIn((await run()) as object);
    return { format, client: clients.length > 0, metered: clients.length > 0 && clients.every(isPatched) };
  } catch (error) {
    return { format, error: String(error).split('\n')[0] ?? '', client: false, metered: false };
  }
}
