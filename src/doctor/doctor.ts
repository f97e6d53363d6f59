import { VERSION } from '../version.ts';
import { checkEnvironment } from './check-environment.ts';
import { checkExporters } from './check-exporters.ts';
import { checkOpenTelemetry, OPENTELEMETRY_PACKAGES } from './check-opentelemetry.ts';
import { checkNode, describeLoaderHooks, findRegister } from './check-runtime.ts';
import { checkSdks, loadedSdk, SDK_PACKAGES } from './check-sdks.ts';
import { installedPackages } from './installed.ts';
import { loadMetered } from './load.ts';
import type { ProbeAnswer } from './probe.ts';
import type { DoctorReport, InstalledPackage } from './types.ts';

/** Finds out whether the calls of an app in this folder, with this environment, would be metered. */
export async function examine(folder: string, environment: NodeJS.ProcessEnv): Promise<DoctorReport> {
  const installed = installedPackages(folder, [...SDK_PACKAGES, ...OPENTELEMETRY_PACKAGES]);
  const opentelemetry = installed.filter(({ name }) => OPENTELEMETRY_PACKAGES.includes(name));
  const register = findRegister(folder);
  const answers = new Map<InstalledPackage, ProbeAnswer>();
  for (const copy of installed.filter(({ name }) => SDK_PACKAGES.includes(name))) {
    answers.set(copy, await loadMetered(copy, register.url));
  }
  const sdks = [...answers].map(([copy, { builds }]) => loadedSdk(copy, builds));
  const [first] = answers.values();
  const loaderHooks = first?.loaderHooks ?? 'none';
  const { config, findings } = checkEnvironment(environment);
  const all = [
    checkNode(process.versions.node),
    register.finding,
    ...(first ? [describeLoaderHooks(loaderHooks)] : []),
    ...checkSdks(sdks, folder),
    ...checkOpenTelemetry(opentelemetry, folder),
    ...(config && !config.disabled ? await checkExporters(config, environment) : []),
    ...findings,
  ];
  return {
    folder,
    works: all.every(({ level }) => level !== 'problem'),
    node: process.versions.node,
    tokenmeter: VERSION,
    loaderHooks,
    sdks,
    opentelemetry,
    findings: all,
  };
}
