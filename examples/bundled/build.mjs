// node examples/bundled/build.mjs [name ...]: makes out/<name>, all of them by default.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
// In an app of your own: import { build } from 'esbuild'.
const load = createRequire(new URL('../../matrix/package.json', import.meta.url));

const common = {
  absWorkingDir: here,
  entryPoints: ['app.mjs'],
  bundle: true,
  minify: true,
  platform: 'node',
};

/** Each writes one app into a folder, and says which file to run. */
export const bundles = {
  'esbuild-cjs': async (folder) => {
    const outfile = join(folder, 'app.cjs');
    await load('esbuild').build({
      ...common,
      outfile,
      format: 'cjs',
      // CommonJS has no import.meta.url, and esbuild puts nothing in its place.
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    });
    return outfile;
  },
  'esbuild-esm': async (folder) => {
    const outfile = join(folder, 'app.mjs');
    await load('esbuild').build({
      ...common,
      outfile,
      format: 'esm',
      // Packages that are CommonJS require Node's own modules, and ES modules have no require.
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
      },
    });
    return outfile;
  },
  webpack: async (folder) => {
    const stats = await promisify(load('webpack'))({
      context: here,
      entry: './app.mjs',
      mode: 'production',
      target: 'node',
      output: { path: folder, filename: 'app.cjs' },
      // OpenTelemetry's require hook, and packages that tokenmeter loads only where they are asked for.
      ignoreWarnings: [
        /require function is used in a way|the request of a dependency is an expression|createRequire/,
      ],
    });
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
    return join(folder, 'app.cjs');
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(bundles)) {
    console.log(await bundles[name](join(here, 'out', name)));
  }
}
