import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { providers } from '../providers/index.ts';
import { reportFault, warnVisibly } from '../report.ts';
import { isPatched, registry, type SdkFacts } from './found.ts';
import { clientFiles } from './loader.ts';
import { clientsIn } from './recognise.ts';

/** An SDK that is in this process and not metered. */
export interface UnmeteredSdk extends Pick<SdkFacts, 'module' | 'version' | 'format'> {
  /** The file that defines the class, or exports it. */
  readonly file: string;
}

const STATE = Symbol.for('tokenmeter.loadOrder');
const shared = globalThis as { [STATE]?: 'first' | 'checked' };

/** For `tokenmeter/register`, before which no ES module is loaded: spares the search for them. */
export function startsFirst(): void {
  shared[STATE] ??= 'first';
}

/**
 * Warns, once per process, of SDKs that were loaded before the instrumentation. Looks a moment later:
 * the app may hand them to `manuallyInstrument` first.
 */
export function warnOfLoadOrder(): void {
  if (shared[STATE] === 'checked') return;
  warnSoon(shared[STATE] === 'first' ? unmeteredCommonJs : unmeteredSdks);
  shared[STATE] = 'checked';
}

function warnSoon(find: () => UnmeteredSdk[]): void {
  setImmediate(() => {
    try {
      if (registry().instances.size === 0) return;
      for (const { module } of find()) {
        warnVisibly(
          `order:${module}`,
          `${module} was loaded before tokenmeter; its calls are not metered. ` +
            'Start with `node --import tokenmeter/register`, or call manuallyInstrument.',
        );
      }
    } catch (fault) {
      reportFault('looking for SDKs that were loaded before', fault);
    }
  });
}

/** The SDKs that are loaded and not metered. */
export function unmeteredSdks(): UnmeteredSdk[] {
  const found = [...unmeteredCommonJs(), ...unmeteredEsModules()];
  // The class comes from one file of the package and is exported from others.
  return [...new Map(found.map((sdk) => [`${dirname(sdk.file)} ${sdk.format}`, sdk])).values()];
}

function unmeteredCommonJs(): UnmeteredSdk[] {
  return loadedCommonJs().flatMap(({ module, file, clients }) =>
    clients.every(isPatched) ? [] : [describe(module, file, 'CommonJS')],
  );
}

function loadedCommonJs() {
  // webpack would replace an import of createRequire by its own idea of it.
  const { cache } = process.getBuiltinModule('node:module').createRequire(process.execPath);
  return Object.values(cache).flatMap((loaded) => {
    const module = loaded && sdkOf(loaded.filename);
    return module ? [{ module, file: loaded.filename, clients: clientsIn(loaded.exports ?? {}) }] : [];
  });
}

/**
 * The class behind a file cannot be asked for: to import it again would go through the loader hooks. But
 * a class that is metered and not from CommonJS is from there.
 */
function unmeteredEsModules(): UnmeteredSdk[] {
  const commonJs = new Set(loadedCommonJs().flatMap(({ clients }) => clients));
  const metered = [...registry().clients.values()].filter(
    ({ prototype }) => isPatched(prototype) && !commonJs.has(prototype),
  );
  return loadedUrls().flatMap((url) => {
    const module = sdkOf(url);
    if (!module || metered.some((client) => client.module === module)) return [];
    return [describe(module, fileURLToPath(url), 'ES module')];
  });
}

/** Node has no list of its ES modules, but its debugger has one of all scripts. Takes 30 to 100 ms. */
function loadedUrls(): string[] {
  const urls: string[] = [];
  if (!isMainThread) return urls;
  try {
    // Some builds of Node have none, and the permission model forbids it.
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url.startsWith('file:') && params.url.endsWith('.mjs')) urls.push(params.url);
    });
    session.post('Debugger.enable');
    session.disconnect();
  } catch {
    return [];
  }
  return urls;
}

const clientFile = providers.map(({ sdk }) => ({
  module: sdk.module,
  ends: clientFiles(sdk).map((file) => `/node_modules/${sdk.module}/${file}`),
}));

function sdkOf(path: string): string | undefined {
  const normal = path.replaceAll('\\', '/');
  return clientFile.find(({ ends }) => ends.some((end) => normal.endsWith(end)))?.module;
}

function describe(module: string, file: string, format: UnmeteredSdk['format']): UnmeteredSdk {
  return { module, version: versionIn(dirname(file)), format, file };
}

function versionIn(directory: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      version?: string;
    };
    return version;
  } catch {
    return undefined;
  }
}
