import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { providers } from '../providers/index.ts';

/** How ES modules are shown to the instrumentation: `module.registerHooks`, or the older `module.register`. */
export type LoaderHooks = 'synchronous' | 'asynchronous' | 'none';

/** The part of `import-in-the-middle` that is used here. */
interface HookMaker {
  createHook(meta: { url: string }): {
    applyOptions(options: { include: RegExp[] }): void;
    resolveSync: nodeModule.ResolveHookSync;
    loadSync: nodeModule.LoadHookSync;
  };
  supportsSyncHooks(): boolean;
}

const { createRequire } = nodeModule;
const REGISTERED = Symbol.for('tokenmeter.loaderHooks');
const shared = globalThis as { [REGISTERED]?: LoaderHooks };

/**
 * Lets the instrumentation see ES modules. Only the files that define or export the SDKs' clients are
 * intercepted; every other module of the app is loaded as if nothing were registered.
 */
export function registerLoaderHooks(): void {
  if (shared[REGISTERED]) return;
  shared[REGISTERED] = 'none';
  try {
    shared[REGISTERED] = registerHooks();
  } catch (fault) {
    // A bundled app has no packages to load the hooks from, nor a use for them.
    diag.debug('tokenmeter: no loader hooks', fault);
  }
}

/** What is registered in this process, by whichever copy of this package. */
export function loaderHooks(): LoaderHooks {
  return shared[REGISTERED] ?? 'none';
}

/** The files of an SDK that define its client, and its main file, which tells when there is none. */
export function clientFiles(sdk: { readonly files: readonly string[] }): string[] {
  return [...new Set([...sdk.files, 'index.js', 'index.mjs'])];
}

function registerHooks(): LoaderHooks {
  const include = providers.map(({ sdk, sessions }) => {
    const files = [...clientFiles(sdk), ...(sessions?.files ?? [])].filter((file) => file.endsWith('.mjs'));
    return new RegExp(`/node_modules/${sdk.module}/(?:${files.map(escapeRegExp).join('|')})$`);
  });
  // The hooks must come from the copy of the package that the instrumentation itself uses.
  const instrumentation = createRequire(import.meta.url).resolve('@opentelemetry/instrumentation');
  const copy = createRequire(instrumentation).resolve('import-in-the-middle');
  const maker = loadHookMaker(createRequire(copy));
  if (maker?.supportsSyncHooks()) {
    // Not its `register-hooks.mjs`: that registers once per process, and whoever came second, with
    // other files, would see nothing of them.
    const url = new URL(HOOK_MAKER, pathToFileURL(copy)).href;
    const hook = maker.createHook({ url });
    hook.applyOptions({ include });
    nodeModule.registerHooks({
      // What has no parent is the app's entry point, which is none of ours, or a builtin that `node -e`
      // loads by its global name, and import-in-the-middle 3.6 takes that for a file.
      resolve: (specifier, context, next) =>
        context.parentURL === undefined
          ? next(specifier, context)
          : hook.resolveSync(specifier, context, next),
      load: hook.loadSync,
    });
    return 'synchronous';
  }
  if (!isMainThread) return 'none';
  // A module instance of its own: a second registration of one instance replaces what the first included.
  nodeModule.register(new URL('hook.mjs?tokenmeter', pathToFileURL(copy)), { data: { include } });
  return 'asynchronous';
}

/** Beside the main file: a search for it by name would go on to other copies of the package, further up. */
const HOOK_MAKER = './create-hook.mjs';

function loadHookMaker(load: NodeJS.Require): HookMaker | undefined {
  try {
    const maker = load(HOOK_MAKER) as Partial<HookMaker>;
    // Versions before 3 have no synchronous hooks.
    return maker.createHook && maker.supportsSyncHooks ? (maker as HookMaker) : undefined;
  } catch {
    return undefined;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
