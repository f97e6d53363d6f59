import { relative } from 'node:path';
import { inRange } from '../loading/version-range.ts';
import type { Finding, InstalledPackage } from './types.ts';

const section = 'OpenTelemetry';
const API = '@opentelemetry/api';
const API_VERSIONS = '>=1.9.0 <2';

export const OPENTELEMETRY_PACKAGES = [
  API,
  '@opentelemetry/instrumentation',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-node',
];

export function checkOpenTelemetry(installed: readonly InstalledPackage[], folder: string): Finding[] {
  return OPENTELEMETRY_PACKAGES.flatMap((name) => {
    const copies = installed.filter((copy) => copy.name === name);
    if (name === API) return [checkApi(copies, folder)];
    const versions = [...new Set(copies.map(({ version }) => version))].join(', ');
    const text = copies.length > 1 ? `${versions} (${copies.length} copies)` : versions;
    return copies.length > 0 ? [{ section, level: 'ok' as const, subject: name, text }] : [];
  });
}

function checkApi(copies: readonly InstalledPackage[], folder: string): Finding {
  const found = { section, subject: API, text: list(copies, folder) } as const;
  const install = 'npm install @opentelemetry/api';
  if (copies.length === 0) return { ...found, level: 'problem', text: 'is not installed', advice: install };
  if (copies.some(({ version }) => !inRange(version, API_VERSIONS))) {
    return { ...found, level: 'warning', advice: `tokenmeter needs ${API_VERSIONS}. ${install}` };
  }
  if (copies.length > 1) {
    const advice =
      'Several copies share what is registered only where the newest registers first. npm dedupe makes them one.';
    return { ...found, level: 'warning', advice };
  }
  return { ...found, level: 'ok' };
}

function list(copies: readonly InstalledPackage[], folder: string): string {
  if (copies.length === 1) return copies[0]?.version ?? '';
  return copies.map(({ version, path }) => `${version} (${relative(folder, path)})`).join(', ');
}
