/** The table of supported versions in README.md, from what the code says and what the cells run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { providers } from '../src/providers/index.ts';
import { anthropic, nodes, openai, otels } from './cells.ts';
import { matrix, otelRoot, root } from './paths.ts';

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const ours = manifestOf(root);
const installed = manifestOf(matrix);

export interface Supported {
  readonly name: string;
  /** As a semver range. */
  readonly range: string;
  /** By their names in the cells. */
  readonly tested: Readonly<Record<string, string>>;
  readonly note?: string;
}

export const supported: readonly Supported[] = [
  { ...sdk('openai', openai, 'openai'), note: '7 needs Node 22' },
  sdk('@anthropic-ai/sdk', anthropic, 'anthropic'),
  {
    name: 'OpenTelemetry JS SDK',
    range: ours.dependencies['@opentelemetry/sdk-metrics'] ?? '',
    tested: entries(otels, (otel) => manifestOf(otelRoot(otel)).dependencies['@opentelemetry/sdk-metrics']),
    note: '3 needs Node 22.15',
  },
  {
    name: 'Node.js',
    range: ours.engines.node,
    tested: entries(nodes, (node) =>
      node === '24' ? ours.devDependencies.node : aliased(installed.optionalDependencies[`node-${node}`]),
    ),
  },
];

function sdk(name: string, versions: object, alias: string): Supported {
  const provider = providers.find(({ sdk }) => sdk.module === name);
  return {
    name: `\`${name}\``,
    range: provider?.sdk.versions ?? '',
    tested: entries(Object.keys(versions), (key) => aliased(installed.dependencies[`${alias}-${key}`])),
  };
}

/** In the order of the versions: an object's keys that are whole numbers would come first. */
function entries(keys: readonly string[], versionOf: (key: string) => string | undefined) {
  const found = keys.map((key) => [key, versionOf(key) ?? `${key} is not installed`] as const);
  return Object.fromEntries(found);
}

/** The version in `npm:name@version`. */
function aliased(spec: string | undefined): string | undefined {
  return spec?.slice(spec.lastIndexOf('@') + 1);
}

export function ascending(versions: readonly string[]): string[] {
  return versions.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
}

export function supportedTable(): string {
  const rows = supported.map(({ name, range, tested, note }) => {
    const versions = ascending(Object.values(tested)).join(', ');
    return [name, range.replaceAll(' || ', ' or '), note ? `${versions}; ${note}` : versions];
  });
  const header = ['', 'versions', 'tested'];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
