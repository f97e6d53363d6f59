import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InstalledPackage } from './types.ts';

/**
 * Every copy of the packages that code in `folder` or in its dependencies can load: in the node_modules
 * folders of it and its parents, and in those of the packages there. The one that `folder` itself gets
 * comes first.
 */
export function installedPackages(folder: string, names: readonly string[]): InstalledPackage[] {
  const wanted = new Set(names);
  const found: InstalledPackage[] = [];
  const visited = new Set<string>();

  function searchModules(modules: string): void {
    const entries = entriesOf(modules);
    for (const name of entries) {
      if (name.startsWith('@'))
        for (const scoped of entriesOf(join(modules, name))) visit(modules, `${name}/${scoped}`);
      else if (!name.startsWith('.')) visit(modules, name);
    }
    // What pnpm links from elsewhere was visited there.
    if (!entries.includes('.pnpm')) return;
    for (const name of entriesOf(join(modules, '.pnpm')))
      searchModules(join(modules, '.pnpm', name, 'node_modules'));
  }

  function visit(modules: string, name: string): void {
    const path = join(modules, name);
    const real = realPath(path);
    if (real === undefined || visited.has(real)) return;
    visited.add(real);
    const version = wanted.has(name) ? versionIn(path) : undefined;
    if (version !== undefined) found.push({ name, version, path });
    searchModules(join(path, 'node_modules'));
  }

  for (let at = folder; ; at = dirname(at)) {
    searchModules(join(at, 'node_modules'));
    if (at === dirname(at)) break;
  }
  return found.sort((left, right) => names.indexOf(left.name) - names.indexOf(right.name));
}

function entriesOf(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function versionIn(directory: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      version?: string;
    };
    return version ?? 'unknown';
  } catch {
    return undefined;
  }
}
