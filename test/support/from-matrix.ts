import { createRequire } from 'node:module';

const load = createRequire(new URL('../../matrix/package.json', import.meta.url));

/** Why a test that needs these packages cannot run: they are not installed with this package. */
export function missingFromMatrix(...packages: string[]): string | undefined {
  if (process.env.TOKENMETER_CI === '1') return undefined;
  try {
    for (const name of packages) load.resolve(name);
    return undefined;
  } catch {
    return `no ${packages.join(', ')}: npm ci --prefix matrix`;
  }
}

/** The CommonJS build of a package of the matrix, and of the packages that it brings along. */
// biome-ignore lint/suspicious/noExplicitAny: the types are not installed with this package
export function requireFromMatrix(name: string, through?: string): any {
  return through === undefined ? load(name) : createRequire(load.resolve(through))(name);
}
