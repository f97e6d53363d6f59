import { spawnSync } from 'node:child_process';

/**
 * A program that a test needs, from a Debian package. `missing` says how to get it, for `t.skip`; in CI
 * everything is installed, and a test that skips itself fails.
 */
export function requirement(program: string, debianPackage: string): { missing: string | undefined } {
  const { status } = spawnSync('which', [program]);
  return { missing: status === 0 ? undefined : `needs ${program}: apt-get install ${debianPackage}` };
}
