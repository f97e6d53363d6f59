import { createRequire, register as registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { providers } from './providers/index.ts';

/** The part of `import-in-the-middle/register-hooks.mjs` that is used here. */
interface SyncHooks {
  supportsSyncHooks(): boolean;
  register(options: { include: RegExp[] }): void;
}

const REGISTERED = Symbol.for('tokenmeter.loaderHooks');
const shared = globalThis as { [REGISTERED]?: boolean };

/**
 * Lets the instrumentation see ES modules. Only the files that define the SDKs' clients are
 * intercepted; every other module of the app is loaded as if nothing were registered.
 */
export function registerLoaderHooks(): void {
  if (shared[REGISTERED]) return;
  shared[REGISTERED] = true;
  try {
    register();
  } catch (fault) {
    // A bundled app has no packages to load the hooks from, nor a use for them.
    diag.debug('tokenmeter: no loader hooks', fault);
  }
}

function register(): void {
  const include = providers.map(({ sdk }) => {
    const files = sdk.files.filter((file) => file.endsWith('.mjs')).map(escapeRegExp);
    return new RegExp(`/node_modules/${sdk.module}/(?:${files.join('|')})$`);
  });
  // The hooks must come from the copy of the package that the instrumentation itself uses.
  const instrumentation = createRequire(import.meta.url).resolve('@opentelemetry/instrumentation');
  const hooks = loadSyncHooks(instrumentation);
  if (hooks?.supportsSyncHooks()) hooks.register({ include });
  else if (isMainThread) {
    registerHooks('import-in-the-middle/hook.mjs', pathToFileURL(instrumentation), { data: { include } });
  }
}

function loadSyncHooks(parent: string): SyncHooks | undefined {
  try {
    return createRequire(parent)('import-in-the-middle/register-hooks.mjs') as SyncHooks;
  } catch {
    // Versions before 3 have no synchronous hooks.
    return undefined;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
