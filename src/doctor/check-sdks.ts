import { relative } from 'node:path';
import { inRange } from '../loading/version-range.ts';
import { providers } from '../providers/index.ts';
import type { Finding, InstalledPackage, LoadedBuild, LoadedSdk } from './types.ts';

const section = 'SDKs';

/** Clients of cloud vendors, which inherit from the SDKs' classes. */
const VENDORS = ['bedrock', 'vertex', 'foundry', 'aws'].map((vendor) => `@anthropic-ai/${vendor}-sdk`);

export const SDK_PACKAGES = [...providers.map(({ sdk }) => sdk.module), ...VENDORS];

export function loadedSdk(installed: InstalledPackage, builds: readonly LoadedBuild[]): LoadedSdk {
  const tested = testedVersions(installed.name);
  return {
    ...installed,
    tested: tested === undefined ? undefined : inRange(installed.version, tested),
    builds,
  };
}

export function checkSdks(sdks: readonly LoadedSdk[], folder: string): Finding[] {
  if (sdks.length > 0) return sdks.map((sdk) => checkSdk(sdk, folder));
  const names = providers.map(({ sdk }) => sdk.module).join(' nor ');
  return [{ section, level: 'problem', subject: 'none', text: `neither ${names} is installed in ${folder}` }];
}

function checkSdk(sdk: LoadedSdk, folder: string): Finding {
  const { name, version, path, tested, builds } = sdk;
  const subject = `${name} ${version}`;
  const place = relative(folder, path) || path;
  const text = `${describeBuilds(builds)}  ${place}`;
  const unmetered = builds.some(({ error, metered }) => error === undefined && !metered);
  if (unmetered || builds.every(({ error }) => error !== undefined)) {
    // A vendor's client needs packages of its own, which may well be missing where nobody uses it.
    const level = unmetered || tested !== undefined ? 'problem' : 'warning';
    return { section, level, subject, text, advice: unmetered ? adviceFor(sdk) : undefined };
  }
  if (tested === false) {
    const advice = `Tested with ${testedVersions(name)}: compare the numbers with the bill.`;
    return { section, level: 'warning', subject, text, advice };
  }
  return { section, level: 'ok', subject, text };
}

function adviceFor({ name, tested }: LoadedSdk): string {
  const versions = testedVersions(name);
  if (tested === false)
    return `Its calls are not metered. Use a version that was tested (${versions}), or update tokenmeter.`;
  return 'Its calls are not metered. Please report this, with the output of `tokenmeter doctor --json`.';
}

function describeBuilds(builds: readonly LoadedBuild[]): string {
  const by = new Map<string, string[]>();
  for (const build of builds) {
    const state = stateOf(build);
    by.set(state, [...(by.get(state) ?? []), build.format]);
  }
  return [...by].map(([state, formats]) => `${formats.join(' and ')} ${state}`).join(', ');
}

function stateOf({ error, client, metered }: LoadedBuild): string {
  if (error !== undefined) return `cannot be loaded (${error})`;
  if (!client) return 'without a client class that can be patched';
  return metered ? 'patched' : 'not patched';
}

function testedVersions(name: string): string | undefined {
  return providers.find(({ sdk }) => sdk.module === name)?.sdk.versions;
}
