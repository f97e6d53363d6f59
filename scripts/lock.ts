/**
 * Completes package-lock.json: `npm run lock`, after a change of dependencies.
 *
 * npm leaves a platform's package out of the lock file when the registry at hand lacks it, and then
 * `npm ci` refuses the file. Each one that is missing is entered without a checksum: machines of other
 * platforms skip it, and those of its own find it in a full registry.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, object> };

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/** What a name such as `binding-linux-x64-musl` says of where the package runs. */
function platformOf(name: string): object | undefined {
  const parts = name.split('/').at(-1)?.split('-') ?? [];
  const os = OS.filter((known) => parts.includes(known));
  const cpu = CPU.filter((known) => parts.includes(known));
  if (os.length !== 1 || cpu.length !== 1) return undefined;
  const libc = parts.some((part) => part.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { os, cpu, ...libc };
}

let added = 0;
for (const entry of Object.values(lock.packages) as Entry[]) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[key] || !platform) continue;
    lock.packages[key] = { version, ...(entry.dev && { dev: true }), optional: true, ...platform };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} platform packages added`);
